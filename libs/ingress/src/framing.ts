import { SinkError } from '@event-sinks/errors';
import type { IncomingMessage } from 'node:http';
import { isHost } from './host.ts';

/** RFC 9110, 4.1 asks for at least this much; a sink's own URL is far shorter. */
export const maxTargetLength = 8_000;

/**
 * Refuses what Node's parser lets through although it is not well-formed.
 *
 * A transfer coding other than chunked would leave the body encoded; a second Host, or one that is none, means that a
 * proxy in front may have routed by another one than we see (RFC 9112, 3.2 asks for 400).
 */
export function checkFraming(request: IncomingMessage): void {
  if (request.httpVersionMajor !== 1) {
    throw new SinkError('MalformedRequest', { facts: { problem: 'httpVersionUnsupported' } });
  }
  const coding = request.headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    throw new SinkError('MalformedRequest', { facts: { problem: 'transferCodingUnknown' } });
  }
  const hosts = hostsOf(request.rawHeaders);
  const isMissing = hosts.length === 0 && request.httpVersion === '1.1';
  if (isMissing || hosts.length > 1 || !hosts.every(isHost) || !hasValidAuthority(request.url ?? '')) {
    throw new SinkError('MalformedRequest', { facts: { problem: 'hostInvalid' } });
  }
}

/** Refuses a target that no sink's URL needs. */
export function checkTargetLength(target: string): void {
  if (target.length > maxTargetLength)
    throw new SinkError('UriTooLong', { facts: { problem: 'targetTooLong', limit: maxTargetLength } });
}

/** The body's length as declared; 0 when there is none, `undefined` when only its end will tell (chunked). */
export function declaredLength(request: IncomingMessage): number | undefined {
  if (request.headers['transfer-encoding'] !== undefined) return undefined;
  // The parser has already refused anything but digits.
  return Number(request.headers['content-length'] ?? 0);
}

function hostsOf(rawHeaders: readonly string[]): string[] {
  const hosts: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[index + 1] ?? '');
  }
  return hosts;
}

/** In the absolute form, the target has the host that counts (RFC 9112, 3.2.2). */
function hasValidAuthority(target: string): boolean {
  const authority = /^https?:\/\/([^/?#]*)/i.exec(target)?.[1];
  return authority === undefined || (authority !== '' && isHost(authority));
}
