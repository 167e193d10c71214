import type { ErrorCode } from '@event-sinks/errors';

/** Node's names for what is wrong with the other side's certificate (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const codeByName: Readonly<Record<string, ErrorCode>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'BrokerCertificateUntrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'BrokerCertificateUntrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'BrokerCertificateUntrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'BrokerCertificateUntrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'BrokerCertificateUntrusted',
  CERT_SIGNATURE_FAILURE: 'BrokerCertificateUntrusted',
  CERT_UNTRUSTED: 'BrokerCertificateUntrusted',
  CERT_REJECTED: 'BrokerCertificateUntrusted',
  CERT_REVOKED: 'BrokerCertificateUntrusted',
  CERT_CHAIN_TOO_LONG: 'BrokerCertificateUntrusted',
  INVALID_CA: 'BrokerCertificateUntrusted',
  INVALID_PURPOSE: 'BrokerCertificateUntrusted',
  CERT_HAS_EXPIRED: 'BrokerCertificateExpired',
  CERT_NOT_YET_VALID: 'BrokerCertificateExpired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'BrokerNameMismatch',
};

/** The alerts of RFC 8446, section 6.2, by which the other side refuses our certificate or the lack of one. */
const certificateAlerts =
  /_ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|CERTIFICATE_REQUIRED|UNKNOWN_CA|ACCESS_DENIED)$/;

/** A peer that speaks no TLS closes the connection at the first message, as do some that refuse one. */
const closedInHandshake = 'before secure TLS connection was established';

/** The client recognises a TLS record where it expects an answer in plain text. */
const answeredByTls = 'Broker requires TLS.';

/** What an error of TLS means, read from Node's code for it; undefined for every other error. */
export function tlsErrorCode(error: Error): ErrorCode | undefined {
  const name = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = Object.hasOwn(codeByName, name) ? codeByName[name] : undefined;
  if (known !== undefined) return known;
  if (certificateAlerts.test(name)) return 'CredentialsRefused';
  if (error.message === answeredByTls) return 'TlsRequired';
  const isTls = name.startsWith('ERR_SSL_') || name.startsWith('ERR_TLS_');
  return isTls || error.message.includes(closedInHandshake) ? 'TlsFailed' : undefined;
}
