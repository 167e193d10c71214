import { SinkError } from '@event-sinks/errors';
import { invalidAttribute } from './refusals.ts';

const attributePrefix = /^ce-/i;

/** What of a request's headers concerns the event; values are as Node hands them over, one character a byte. */
export interface EventHeaders {
  contentType: string | undefined;
  contentEncoding: string | undefined;
  /** Values of the `ce-` headers by lower-case name without the prefix. */
  readonly attributes: Map<string, string>;
}

/**
 * One pass over Node's `rawHeaders` (alternating name and value). The raw list, because Node's parsed headers
 * keep only the first of two Content-Types and join every other repetition with a comma.
 *
 * Throws `InvalidAttribute` when a header that concerns the event comes twice with different values.
 */
export function readEventHeaders(rawHeaders: readonly string[]): EventHeaders {
  const headers: EventHeaders = { contentType: undefined, contentEncoding: undefined, attributes: new Map() };
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    readHeader(headers, rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  return headers;
}

function readHeader(headers: EventHeaders, name: string, value: string): void {
  if (attributePrefix.test(name)) {
    const attribute = name.slice(3).toLowerCase();
    const earlier = headers.attributes.get(attribute);
    if (differ(earlier, value)) throw invalidAttribute(attribute, 'attributeTwice');
    headers.attributes.set(attribute, value);
  } else if (isNamed(name, 'content-type')) {
    headers.contentType = agreed(headers.contentType, value);
  } else if (isNamed(name, 'content-encoding')) {
    headers.contentEncoding = agreed(headers.contentEncoding, value);
  }
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

function agreed(earlier: string | undefined, value: string): string {
  if (differ(earlier, value)) {
    throw new SinkError('InvalidAttribute', { facts: { problem: 'headerTwice' } });
  }
  return value;
}

function differ(earlier: string | undefined, value: string): boolean {
  return earlier !== undefined && earlier !== value;
}
