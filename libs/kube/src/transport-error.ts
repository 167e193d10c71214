import { causeChain } from './cause-chain.ts';
import type { Deadline } from './deadline.ts';
import { KubeApiError, type TransportFailure } from './kube-api-error.ts';
import { textField } from './plain-data.ts';

const timeoutCodes = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'ETIMEDOUT',
]);

/** Node passes on OpenSSL's names for what is wrong with a certificate or a handshake. */
const tlsCode =
  /^(ERR_(SSL|TLS|OSSL)|EPROTO$|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Turns whatever ended an exchange early into a {@link KubeApiError} that says what kind of thing it was. */
export function transportError(error: unknown, what: string, deadline: Deadline): KubeApiError {
  if (error instanceof KubeApiError) return error;
  const transport = classify(error, deadline);
  // The signal's reason is what the caller gave; it may carry the code that the sender is to be answered with.
  const cause: unknown = transport === 'aborted' ? deadline.signal.reason : error;
  return new KubeApiError({ message: `${what}: no answer (${transport})`, transport, cause });
}

/** An error for an answer that came but cannot be used. */
export function protocolError(what: string, problem: string, cause?: unknown): KubeApiError {
  return new KubeApiError({ message: `${what}: ${problem}`, transport: 'protocol', cause });
}

function classify(error: unknown, deadline: Deadline): TransportFailure {
  if (deadline.passed()) return 'timeout';
  if (deadline.signal.aborted) return 'aborted';
  const code = codeOf(error);
  if (timeoutCodes.has(code)) return 'timeout';
  return tlsCode.test(code) ? 'tls' : 'network';
}

function codeOf(error: unknown): string {
  for (const current of causeChain(error)) {
    const code = textField(current, 'code');
    if (code !== undefined) return code;
  }
  return '';
}
