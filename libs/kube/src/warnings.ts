/** More than the API server sends with one answer; it keeps a server gone wrong from filling a status. */
const mostWarnings = 32;
const longestWarning = 4_096;

/**
 * The texts of the `Warning` headers of an answer. The API server sends them with code 299, an unknown agent and a quoted
 * string (RFC 7234, 5.5); other codes come from proxies and are about their caches.
 */
export function readWarnings(header: string | readonly string[] | undefined): string[] {
  const values = typeof header === 'string' ? [header] : (header ?? []);
  const texts = values.flatMap((value) =>
    [...value.matchAll(/(\d{3}) [^\s"]+ "((?:[^"\\]|\\.)*)"/g)]
      .filter(([, code]) => code === '299')
      .map(([, , quoted = '']) => quoted.replace(/\\(.)/g, '$1').slice(0, longestWarning)),
  );
  return [...new Set(texts)].slice(0, mostWarnings);
}
