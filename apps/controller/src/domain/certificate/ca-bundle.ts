const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each on its own and without what stands between them. */
export function certificatesIn(pem: string): string[] {
  return (pem.match(block) ?? []).map((certificate) => certificate.replace(/\r/g, ''));
}

/** One PEM text of several certificates, in an order that does not depend on how they were found. */
export function bundleOf(certificates: readonly string[]): string {
  return [...new Set(certificates)]
    .sort()
    .map((certificate) => `${certificate}\n`)
    .join('');
}
