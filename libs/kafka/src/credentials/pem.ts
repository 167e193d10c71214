import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Every certificate in a PEM text, in its order; text around the blocks is let be. @throws Error for a broken one. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(certificateBlock) ?? [];
  if (blocks.length < pem.split('-----BEGIN CERTIFICATE-----').length - 1)
    throw new Error('a certificate is not complete');
  return blocks.map((block) => new X509Certificate(block));
}

/** A certificate's last moment, in milliseconds since the epoch. */
export const endOf = (certificate: X509Certificate): number => certificate.validToDate.getTime();

/** A certificate's first moment, in milliseconds since the epoch. */
export const beginOf = (certificate: X509Certificate): number => certificate.validFromDate.getTime();

/** Whether a PEM text holds a key that a passphrase protects, in PKCS#8's way or in OpenSSL's older one. */
export function isEncryptedKey(pem: string): boolean {
  return pem.includes('-----BEGIN ENCRYPTED PRIVATE KEY-----') || /^Proc-Type:\s*4,ENCRYPTED/m.test(pem);
}

/** A private key from PEM of PKCS#8, PKCS#1 or SEC 1. @throws Error for anything else. */
export function privateKeyIn(pem: string): KeyObject {
  return createPrivateKey({ key: pem, format: 'pem' });
}

/** A private key in the one form that everything here takes. */
export function toPkcs8(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
