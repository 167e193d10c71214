import { createPrivateKey, X509Certificate } from 'node:crypto';
import { certificatesIn } from './ca-bundle.ts';

/** What a TLS server shows and proves, in PEM form. */
export interface ServingPair {
  readonly certificate: string;
  readonly key: string;
}

/** A pair that can be served now. */
export interface UsablePair extends ServingPair {
  readonly expiresAtMs: number;
  /** The CA that signed it, where that is among those known. */
  readonly ca: string | undefined;
}

/** Everything that the Secret holds, found to be in order. */
export interface CertificateSet {
  readonly current: UsablePair;
  /** What will be current once every API server trusts its CA. */
  readonly next: UsablePair | undefined;
  /** What API servers should trust: the CAs of both, and of a pair that replicas may still serve. */
  readonly cas: readonly string[];
}

/** What was found where the certificate should be. */
export type CertificateView =
  | { readonly state: 'absent' }
  | { readonly state: 'broken'; readonly problem: string }
  | { readonly state: 'usable'; readonly set: CertificateSet };

/** What a certificate is held against. */
export interface CertificateDemands {
  /** A name that API servers call the webhook by. */
  readonly host: string;
  readonly nowMs: number;
  /** A supplied certificate may come from a CA that everybody knows, and then brings none. */
  readonly ownCa: boolean;
}

/** Keys of the Secret; the first three are those of cert-manager. */
export const secretKeys = {
  certificate: 'tls.crt',
  key: 'tls.key',
  ca: 'ca.crt',
  nextCertificate: 'next.crt',
  nextKey: 'next.key',
} as const;

/** Reads the Secret's data (already decoded); undefined stands for no Secret. */
export function viewCertificate(
  data: Readonly<Record<string, string>> | undefined,
  demands: CertificateDemands,
): CertificateView {
  if (data === undefined) return { state: 'absent' };
  const cas = certificatesIn(data[secretKeys.ca] ?? '').filter((ca) => expiryOf(ca) > demands.nowMs);
  const read = (certificate: string, key: string): UsablePair | string =>
    readPair({ certificate: data[certificate] ?? '', key: data[key] ?? '' }, cas, demands);
  const current = read(secretKeys.certificate, secretKeys.key);
  if (typeof current === 'string') return { state: 'broken', problem: current };
  const next = read(secretKeys.nextCertificate, secretKeys.nextKey);
  return { state: 'usable', set: { current, next: typeof next === 'string' ? undefined : next, cas } };
}

/** The pair, or what is wrong with it; no text of the pair is part of that. */
function readPair(
  pair: ServingPair,
  cas: readonly string[],
  demands: CertificateDemands,
): UsablePair | string {
  const leaf = parsed(pair.certificate);
  if (leaf === undefined) return 'the certificate cannot be read';
  if (!fits(leaf, pair.key)) return 'the key is not that of the certificate';
  const expiresAtMs = Date.parse(leaf.validTo);
  if (expiresAtMs <= demands.nowMs) return 'the certificate has expired';
  if (leaf.checkHost(demands.host) === undefined) return 'the certificate is for another host';
  const ca = cas.find((each) => hasSigned(each, leaf));
  if (demands.ownCa && ca === undefined) return 'the certificate is not from the CA beside it';
  return { ...pair, expiresAtMs, ca };
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function fits(leaf: X509Certificate, key: string): boolean {
  try {
    return leaf.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function hasSigned(ca: string, leaf: X509Certificate): boolean {
  const issuer = parsed(ca);
  return issuer !== undefined && leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey);
}

/** Zero for what is no certificate. */
function expiryOf(pem: string): number {
  const certificate = parsed(pem);
  return certificate === undefined ? 0 : Date.parse(certificate.validTo);
}
