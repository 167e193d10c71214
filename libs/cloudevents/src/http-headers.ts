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
    headers.attributes.set(attribute, agreed(name, headers.attributes.get(attribute), value));
  } else if (isNamed(name, 'content-type')) {
    headers.contentType = agreed(name, headers.contentType, value);
  } else if (isNamed(name, 'content-encoding')) {
    headers.contentEncoding = agreed(name, headers.contentEncoding, value);
  }
}

function isNamed(name: string, lowerCase: string): boolean {
  return name.length === lowerCase.length && name.toLowerCase() === lowerCase;
}

function agreed(name: string, earlier: string | undefined, value: string): string {
  if (earlier !== undefined && earlier !== value) {
    throw invalidAttribute(name, 'comes in two headers that differ');
  }
  return value;
}
