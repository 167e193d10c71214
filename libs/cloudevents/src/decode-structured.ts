import { isUtf8 } from 'node:buffer';
import type { CloudEvent, EventDraft } from './cloud-event.ts';
import { base64Data, takeBase64Mark } from './data-encoding.ts';
import { eventFromAttributes, type Attributes } from './event-from-attributes.ts';
import { readAttribute } from './json-attribute.ts';
import { readObject, readString, type Span } from './json-object.ts';
import { skipWhiteSpace } from './json-tokens.ts';
import { declaresJson } from './media-type.ts';
import { invalidAttribute, invalidData, invalidJson } from './refusals.ts';

const quote = 0x22;
const letterN = 0x6e;
const backslash = 0x5c;

type Members = ReadonlyMap<string, Span>;

/**
 * An event in the JSON format (1.0.2): one object, in UTF-8 without a byte order mark, white space around it.
 * Throws `InvalidJson`, `NotACloudEvent`, `InvalidAttribute` and `InvalidData`.
 */
export function decodeStructured(body: Buffer): CloudEvent {
  checkUtf8(body);
  const { members, end } = readObject(body, skipWhiteSpace(body, 0));
  checkEnd(body, end);
  return eventFromMembers(body, members);
}

/** Throws `InvalidJson` unless the body is UTF-8, which the scanner takes for granted. */
export function checkUtf8(body: Buffer): void {
  if (!isUtf8(body)) {
    throw invalidJson('bodyNotUtf8');
  }
}

/** Throws `InvalidJson` when anything but white space follows. */
export function checkEnd(body: Buffer, end: number): void {
  if (skipWhiteSpace(body, end) !== body.length) {
    throw invalidJson('jsonTrailing', { byte: end });
  }
}

/** The event whose members lie in `body`; its data is a view of `body`, unless it had to be decoded. */
export function eventFromMembers(body: Buffer, members: Members): CloudEvent {
  const attributes: Attributes = new Map();
  for (const [name, span] of members) {
    const value = isDataMember(name) ? undefined : readAttribute(body, name, span);
    if (value !== undefined) {
      attributes.set(name, value);
    }
  }
  const event = eventFromAttributes(attributes);
  takeData(body, members, event, takeBase64Mark(attributes, event.specversion));
  return event;
}

function isDataMember(name: string): boolean {
  return name === 'data' || name === 'data_base64';
}

function takeData(body: Buffer, members: Members, event: EventDraft, isBase64: boolean): void {
  const plain = members.get('data');
  const encoded = members.get('data_base64');
  if (encoded !== undefined && event.specversion === '0.3') {
    throw invalidAttribute('data_base64', 'dataBase64InOldVersion');
  }
  // The JSON schema of the format lets data_base64 be null, with the meaning of absent.
  if (encoded !== undefined && !isNull(body, encoded)) {
    event.data = encodedData(body, encoded, plain);
  } else if (plain !== undefined) {
    takePlainData(body, plain, event, isBase64);
  }
}

function encodedData(body: Buffer, encoded: Span, plain: Span | undefined): Buffer {
  if (plain !== undefined && !isNull(body, plain)) {
    throw invalidData('dataTwice');
  }
  return base64Data(textOf(body, encoded));
}

/**
 * JSON format 3.1.2. Under a JSON type, given or implied, the value's own bytes are the payload, also for `null`: 3.1.1
 * calls that an explicit payload, distinct from an absent member. White space around the value belongs to the envelope.
 * Under any other type the value should be a string, and senders write `null` for an event without data.
 */
function takePlainData(body: Buffer, span: Span, event: EventDraft, isBase64: boolean): void {
  const { datacontenttype } = event;
  if (!isBase64 && (datacontenttype === undefined || declaresJson(datacontenttype))) {
    event.data = body.subarray(span.from, span.to);
    if (datacontenttype === undefined) {
      event.isImpliedJson = true;
    }
  } else if (!isNull(body, span)) {
    event.data = isBase64 ? base64Data(textOf(body, span)) : textBytes(body, span);
  }
}

function isNull(body: Buffer, { from }: Span): boolean {
  return body[from] === letterN;
}

/** The UTF-8 of a string: where nothing is escaped, the bytes between its quotes. */
function textBytes(body: Buffer, span: Span): Buffer {
  const inside = body.subarray(span.from + 1, span.to - 1);
  const isVerbatim = body[span.from] === quote && !inside.includes(backslash);
  return isVerbatim ? inside : Buffer.from(textOf(body, span), 'utf8');
}

function textOf(body: Buffer, span: Span): string {
  const text = body[span.from] === quote ? readString(body, span) : undefined;
  if (text?.isWellFormed() !== true) {
    throw invalidData('dataNotString');
  }
  return text;
}
