import { readPlainHeaders, type PlainHeaders } from './plain-headers.ts';

/** A request with its body, as senders of events write nearly all of them. */
export interface PlainRequest {
  readonly target: string;
  /** Alternating names and values, as sent. */
  readonly rawHeaders: readonly string[];
  readonly contentType: string | undefined;
  readonly body: Buffer;
}

/** Bounds of what is read here; whatever is beyond them may still be taken by Node's own server. */
export interface PlainLimits {
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
}

/**
 * Head of a plain request: a sink's path without escapes, header names that are tokens (RFC 9110, 5.6.2), values
 * without any control character, one blank line at the end.
 *
 * This is much less than what HTTP allows, and on purpose: nothing is decided here on which two readers of HTTP could
 * disagree. No folding, no bare line ends, no white space before the colon, no tab.
 */
const plainHead =
  /^POST (\/[a-z0-9.-]+\/[a-z0-9.-]+) HTTP\/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\0-\x1f\x7f]*\r\n)+$/;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * Reads one request that is all that `bytes` hold. `incomplete` when more of such a request may still come, and
 * `other` when somebody else has to read it: another method, a body in chunks, an expectation, an upgrade, a probe, a
 * connection that is to be closed, anything malformed or large, or a further request behind this one.
 */
export function readPlainRequest(bytes: Buffer, limits: PlainLimits): PlainRequest | 'incomplete' | 'other' {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return isPlainStart(bytes, limits) ? 'incomplete' : 'other';
  const bodyAt = end + headEnd.length;
  const head = bodyAt > limits.maxHeadBytes ? undefined : readHead(bytes.toString('latin1', 0, end + 2));
  if (head === undefined || head.length > limits.maxBodyBytes) return 'other';
  const missing = bodyAt + head.length - bytes.length;
  if (missing !== 0) return missing > 0 ? 'incomplete' : 'other';
  const { target, rawHeaders, contentType } = head;
  return { target, rawHeaders, contentType, body: bytes.subarray(bodyAt) };
}

function readHead(head: string): (PlainHeaders & { readonly target: string }) | undefined {
  const target = plainHead.exec(head)?.[1];
  const headers = target === undefined ? undefined : readPlainHeaders(head);
  return target === undefined || headers === undefined ? undefined : { target, ...headers };
}

/** What cannot become a POST any more need not be waited for. */
function isPlainStart(bytes: Buffer, { maxHeadBytes }: PlainLimits): boolean {
  return bytes.length <= maxHeadBytes && start.startsWith(bytes.toString('latin1', 0, start.length));
}

const start = 'POST /';
