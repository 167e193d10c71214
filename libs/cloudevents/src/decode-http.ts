import { SinkError } from '@event-sinks/errors';
import type { CloudEvent } from './cloud-event.ts';
import { contentModeOf } from './content-mode.ts';
import { decodeBinary } from './decode-binary.ts';
import { decodeStructured } from './decode-structured.ts';
import { readEventHeaders } from './http-headers.ts';

/**
 * The one event that a request carries in binary or structured JSON mode (HTTP binding 3.1 and 3.2).
 *
 * `rawHeaders` is Node's list of alternating names and values. The event's data is `body` or a view of it:
 * do not change `body` while the event is in use.
 *
 * Throws `UnsupportedContentEncoding`, `UnsupportedContentMode` (a batch too, see `decodeBatch`),
 * `NotACloudEvent`, `InvalidAttribute`, `InvalidJson` and `InvalidData`.
 */
export function decodeHttp(rawHeaders: readonly string[], body: Buffer): CloudEvent {
  const headers = readEventHeaders(rawHeaders);
  checkEncoding(headers.contentEncoding);
  const mode = contentModeOf(headers.contentType);
  switch (mode) {
    case 'binary':
      return decodeBinary(headers, body);
    case 'structured':
      return decodeStructured(body);
    case 'batch':
    case 'unsupported':
      throw new SinkError('UnsupportedContentMode', { detail: `the content mode is ${mode}` });
  }
}

function checkEncoding(contentEncoding = ''): void {
  if (contentEncoding !== '' && contentEncoding.toLowerCase() !== 'identity') {
    throw new SinkError('UnsupportedContentEncoding');
  }
}
