// The library finds its algorithms by decorators, and says so on import if this is missing.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key (PKCS#8), both in PEM. */
export interface TestPair {
  readonly certificate: string;
  readonly key: string;
}

/** What {@link TestAuthority.issue} takes. */
export interface TestCertificateRequest {
  readonly commonName: string;
  /** Host names and addresses of a server. */
  readonly hosts?: readonly string[];
  /** An hour on either side of now by default. */
  readonly validity?: 'now' | 'past' | 'future';
  readonly keyType?: 'ec' | 'rsa';
}

/** A certificate authority that lives in memory. */
export interface TestAuthority {
  /** In PEM. */
  readonly certificate: string;
  /** Makes a certificate for clients and servers alike. */
  issue(request: TestCertificateRequest): Promise<TestPair>;
}

const ec = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const rsa = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
};

const hourMs = 3_600_000;
const offsets = { past: -3 * hourMs, now: 0, future: 3 * hourMs };

/** Makes an authority; two of the same name do not trust each other's certificates. */
export async function createTestAuthority(
  commonName: string,
  validity: keyof typeof offsets = 'now',
): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(ec, true, ['sign', 'verify']);
  // Longer than what it signs, since an authority whose time is over makes every certificate invalid.
  const at = Date.now() + offsets[validity] * 4;
  const ca = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    keys,
    notBefore: new Date(at - 8 * hourMs),
    notAfter: new Date(at + 8 * hourMs),
    signingAlgorithm: ec,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    certificate: `${ca.toString('pem')}\n`,
    async issue({ commonName: subject, hosts = [], validity: when = 'now', keyType = 'ec' }) {
      const own =
        keyType === 'ec'
          ? await webcrypto.subtle.generateKey(ec, true, ['sign', 'verify'])
          : await webcrypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
      const middle = Date.now() + offsets[when];
      const names = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const);
      const leaf = await X509CertificateGenerator.create({
        serialNumber: serialNumber(),
        subject: `CN=${subject}`,
        issuer: ca.subject,
        notBefore: new Date(middle - hourMs),
        notAfter: new Date(middle + hourMs),
        signingAlgorithm: ec,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
        ],
      });
      const key = await webcrypto.subtle.exportKey('pkcs8', own.privateKey);
      return {
        certificate: `${leaf.toString('pem')}\n`,
        key: `${PemConverter.encode(key, 'PRIVATE KEY')}\n`,
      };
    },
  };
}

/** Positive and without a leading zero, as RFC 5280 has it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}
