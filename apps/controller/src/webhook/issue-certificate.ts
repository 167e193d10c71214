// The library finds its algorithms by decorators, and says so on import if this is missing.
import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { certificatesIn } from '../domain/certificate/ca-bundle.ts';
import type { UsablePair } from '../domain/certificate/certificate-view.ts';

/** What a certificate is to say. */
export interface CertificateRequest {
  /** DNS names. */
  readonly hosts: readonly string[];
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Clocks of API servers may be behind ours. */
const backdateMs = 3_600_000;

/** Makes a CA, lets it sign one certificate for a server, and forgets its key. */
export async function issueCertificate(
  request: CertificateRequest,
): Promise<UsablePair & { readonly ca: string }> {
  const validity = {
    notBefore: new Date(request.nowMs - backdateMs),
    notAfter: new Date(request.nowMs + request.lifetimeMs),
    signingAlgorithm: algorithm,
  };
  const caKeys = await generateKeys();
  const ca = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    // Its own name: two CAs of one name in a bundle would have to be told apart by trial.
    name: `CN=event-sinks-webhook-ca-${randomBytes(4).toString('hex')}`,
    keys: caKeys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      await SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const keys = await generateKeys();
  const leaf = await X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    subject: `CN=event-sinks-webhook`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(request.hosts.map((value) => ({ type: 'dns', value }))),
      await AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  return {
    certificate: `${leaf.toString('pem')}\n`,
    key: PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    ca: certificatesIn(ca.toString('pem')).join(''),
    expiresAtMs: leaf.notAfter.getTime(),
  };
}

const generateKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);

/** Positive and without a leading zero, as RFC 5280 has it. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f);
  return bytes.toString('hex');
}
