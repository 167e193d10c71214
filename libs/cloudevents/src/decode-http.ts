import { SinkError } from '@event-sinks/errors';
import type { CloudEvent } from './cloud-event.ts';
import { contentModeOf, type ContentMode } from './content-mode.ts';
import { decodeBatch, type BatchLimits } from './decode-batch.ts';
import { decodeBinary } from './decode-binary.ts';
import { decodeStructured } from './decode-structured.ts';
import { readEventHeaders, type EventHeaders } from './http-headers.ts';

/**
 * The one event that a request carries in binary or structured JSON mode (HTTP binding 3.1 and 3.2).
 *
 * `rawHeaders` is Node's list of alternating names and values. The event's data is `body` or a view of it:
 * do not change `body` while the event is in use.
 *
 * Throws `UnsupportedContentEncoding`, `UnsupportedContentMode` (a batch too, see {@link decodeHttpOrBatch}),
 * `NotACloudEvent`, `InvalidAttribute`, `InvalidJson` and `InvalidData`.
 */
export function decodeHttp(rawHeaders: readonly string[], body: Buffer): CloudEvent {
  const headers = readEventHeaders(rawHeaders);
  return decodeOne(headers, body, contentModeOf(headers.contentType));
}

/**
 * The event that a request carries, or those of a batch (HTTP binding 3.3), in their order; there may be none.
 * Otherwise like {@link decodeHttp}, and throws `EventTooLarge` besides, for a batch that is beyond its limits.
 */
export function decodeHttpOrBatch(
  rawHeaders: readonly string[],
  body: Buffer,
  limits: BatchLimits,
): CloudEvent | readonly CloudEvent[] {
  const headers = readEventHeaders(rawHeaders);
  const mode = contentModeOf(headers.contentType);
  if (mode !== 'batch') return decodeOne(headers, body, mode);
  checkEncoding(headers.contentEncoding);
  return decodeBatch(body, limits);
}

function decodeOne(headers: EventHeaders, body: Buffer, mode: ContentMode): CloudEvent {
  checkEncoding(headers.contentEncoding);
  switch (mode) {
    case 'binary':
      return decodeBinary(headers, body);
    case 'structured':
      return decodeStructured(body);
    case 'batch':
    case 'unsupported':
      throw new SinkError('UnsupportedContentMode');
  }
}

function checkEncoding(contentEncoding = ''): void {
  if (contentEncoding !== '' && contentEncoding.toLowerCase() !== 'identity') {
    throw new SinkError('UnsupportedContentEncoding');
  }
}
