import type { KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { CredentialsProblem } from './credentials-problem.ts';
import { beginOf, certificatesIn, endOf, isEncryptedKey, privateKeyIn, toPkcs8 } from './pem.ts';
import type { SecretData } from './secret-data.ts';
import type { KafkaTls } from './security.ts';

/** What {@link readTls} has to know beside the Secret. */
export interface TlsReading {
  /** Whether a client certificate must be there unless `user.skip` is true. */
  readonly needsCertificate: boolean;
  readonly nowMs: number;
}

/** Reads `ca.crt`, `user.crt`, `user.key` and `user.skip`. @throws CredentialsProblem */
export function readTls(secret: SecretData, { needsCertificate, nowMs }: TlsReading): KafkaTls {
  const ca = secret.word('ca.crt');
  if (ca !== undefined) checkAuthorities(ca, nowMs);
  const authorities = ca === undefined ? {} : { ca };
  if (readSkip(secret)) return authorities;
  const isGiven = secret.word('user.crt') !== undefined || secret.word('user.key') !== undefined;
  return needsCertificate || isGiven ? { ...authorities, ...readPair(secret, nowMs) } : authorities;
}

function checkAuthorities(pem: string, nowMs: number): void {
  const authorities = parse('ca.crt', pem);
  checkUsable('ca.crt', { ca: pem });
  // A bundle usually keeps the authority before this one, whose end does no harm.
  if (authorities.every((each) => endOf(each) < nowMs))
    throw new CredentialsProblem('CertificateExpired', 'ca.crt', `expired on ${latestEnd(authorities)}`);
}

function readSkip(secret: SecretData): boolean {
  const word = secret.word('user.skip')?.toLowerCase() ?? 'false';
  if (word === 'true' || word === 'false') return word === 'true';
  throw new CredentialsProblem('SecretKeyInvalid', 'user.skip', 'must be true or false');
}

function readPair(secret: SecretData, nowMs: number): Required<Pick<KafkaTls, 'certificate' | 'key'>> {
  const why = 'a client certificate takes user.crt and user.key; set user.skip to true to go without one';
  const certificate = secret.requiredWord('user.crt', why);
  const key = readKey(secret.requiredWord('user.key', why));
  const [leaf] = parse('user.crt', certificate);
  if (leaf === undefined) throw new CredentialsProblem('CertificateInvalid', 'user.crt', notPem);
  checkTime(leaf, nowMs);
  if (!leaf.checkPrivateKey(key))
    throw new CredentialsProblem(
      'KeyMismatch',
      'user.key',
      'does not belong to the first certificate in user.crt, which must be the client’s own',
    );
  const pair = { certificate, key: toPkcs8(key) };
  checkUsable('user.crt', { cert: certificate, key: pair.key });
  return pair;
}

/** TLS is stricter than the readers of certificates: it refuses short keys, and text behind the last whole block. */
function checkUsable(key: 'ca.crt' | 'user.crt', options: SecureContextOptions): void {
  try {
    createSecureContext(options);
  } catch (error) {
    const isShort = error instanceof Error && 'code' in error && String(error.code).endsWith('KEY_TOO_SMALL');
    const why = isShort
      ? 'has a key that is too short for TLS: RSA takes 2048 bits or more'
      : 'cannot be used for TLS: look for a certificate block that is not complete';
    throw new CredentialsProblem('CertificateInvalid', key, why);
  }
}

function checkTime(leaf: X509Certificate, nowMs: number): void {
  if (endOf(leaf) < nowMs)
    throw new CredentialsProblem('CertificateExpired', 'user.crt', `expired on ${latestEnd([leaf])}`);
  if (beginOf(leaf) > nowMs) {
    const begin = leaf.validFromDate.toISOString();
    throw new CredentialsProblem('CertificateInvalid', 'user.crt', `is not valid before ${begin}`);
  }
}

function readKey(pem: string): KeyObject {
  if (isEncryptedKey(pem))
    throw new CredentialsProblem(
      'KeyInvalid',
      'user.key',
      'is encrypted: store the key without a passphrase',
    );
  try {
    return privateKeyIn(pem);
  } catch {
    // OpenSSL's words are not handed on: they are about its parser.
    throw new CredentialsProblem(
      'KeyInvalid',
      'user.key',
      'is not a private key in PEM (PKCS#8, PKCS#1 or SEC 1)',
    );
  }
}

const notPem = 'is not a certificate in PEM';

function parse(key: 'ca.crt' | 'user.crt', pem: string): X509Certificate[] {
  try {
    const found = certificatesIn(pem);
    if (found.length > 0) return found;
  } catch {
    throw new CredentialsProblem('CertificateInvalid', key, 'holds a certificate that cannot be read');
  }
  throw new CredentialsProblem('CertificateInvalid', key, notPem);
}

function latestEnd(certificates: readonly X509Certificate[]): string {
  return new Date(Math.max(...certificates.map(endOf))).toISOString();
}
