import { SinkError } from '@event-sinks/errors';
import type { CloudEvent } from './cloud-event.ts';
import { base64Data, takeBase64Mark } from './data-encoding.ts';
import { eventFromAttributes, type Attributes } from './event-from-attributes.ts';
import { decodeHeaderValue } from './header-value.ts';
import type { EventHeaders } from './http-headers.ts';
import { invalidAttribute } from './refusals.ts';
import { isUriReference } from './uri.ts';

/**
 * An event in binary mode (HTTP binding 3.1). The body is the payload, not copied; an empty one is no data.
 * Throws `NotACloudEvent`, `InvalidAttribute` and, for a 0.3 event in base64, `InvalidData`.
 */
export function decodeBinary(headers: EventHeaders, body: Buffer): CloudEvent {
  if (!headers.attributes.has('specversion')) {
    throw new SinkError('NotACloudEvent');
  }
  const attributes: Attributes = new Map();
  for (const [name, raw] of headers.attributes) {
    attributes.set(allowedName(name), attributeValue(name, raw));
  }
  if (headers.contentType !== undefined) {
    attributes.set('datacontenttype', headers.contentType);
  }
  const event = eventFromAttributes(attributes);
  const isBase64 = takeBase64Mark(attributes, event.specversion);
  if (body.length > 0) {
    event.data = isBase64 ? base64Data(body.toString('latin1')) : body;
  }
  return event;
}

/** These two would forge a member of the JSON format that comes from elsewhere: the body and Content-Type. */
function allowedName(name: string): string {
  if (name === 'data' || name === 'datacontenttype') {
    throw invalidAttribute(name, 'attributeNotAHeader');
  }
  return name;
}

function attributeValue(name: string, raw: string): string {
  const value = decodeHeaderValue(raw);
  if (value === undefined) {
    throw invalidAttribute(name, 'attributeNotUtf8');
  }
  return name === 'source' || name === 'dataschema' ? uriAsMeant(raw, value) : value;
}

/**
 * The Go SDK, and so Knative, sends `/a%20b` as it is where the binding asks for `/a%2520b`. Decoding that gives
 * no URI any more, which a sender who encodes cannot cause: then the text as sent is the one that was meant.
 */
function uriAsMeant(raw: string, decoded: string): string {
  return !isUriReference(decoded) && isUriReference(raw) ? raw : decoded;
}
