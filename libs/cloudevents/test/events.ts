import { publicMessage, SinkError } from '@event-sinks/errors';
import fc from 'fast-check';
import { decodeHttp, type CloudEvent } from '../src/index.ts';

/** Headers of the smallest event in binary mode, with others added or put in their place (`undefined` drops). */
export function binaryHeaders(changes: Record<string, string | undefined> = {}): string[] {
  const headers: Record<string, string | undefined> = {
    'ce-specversion': '1.0',
    'ce-id': '1',
    'ce-source': '/s',
    'ce-type': 't',
    ...changes,
  };
  return Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

export const structuredHeaders = ['Content-Type', 'application/cloudevents+json; charset=UTF-8'];

/** The smallest event in the JSON format, with members added or put in their place. */
export function structuredBody(changes: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't', ...changes }));
}

export function decodeJson(body: Buffer | string): CloudEvent {
  return decodeHttp(structuredHeaders, Buffer.from(body));
}

/** The code of the refusal, and what the sender is told; anything but a refusal with a status of 4xx fails the test. */
export function refusalOf(act: () => unknown): { code: string; message: string } {
  try {
    act();
  } catch (error) {
    if (error instanceof SinkError && error.status >= 400 && error.status < 500) {
      return { code: error.code, message: publicMessage(error) };
    }
    throw error;
  }
  return { code: 'accepted', message: '' };
}

/** Percent-encodes as HTTP binding 3.1.3.2 asks of a sender. */
export function headerValue(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) =>
      byte < 0x21 || byte > 0x7e || byte === 0x22 || byte === 0x25
        ? `%${byte.toString(16).padStart(2, '0').toUpperCase()}`
        : String.fromCharCode(byte),
    )
    .join('');
}

/** Text of the CloudEvents type String, not empty. */
export const attributeText = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 20 })
  .filter((text) => !/[\p{Cc}\p{Noncharacter_Code_Point}\p{Cs}]/u.test(text));

export const contentTypes = fc.constantFrom(
  undefined,
  'application/json',
  'application/json;Charset="UTF-8"',
  'Application/JSON',
  'application/json ; charset=utf-8',
  'text/json',
  'application/json; charset=latin1',
  'application/vnd.x+json',
  'text/plain',
  'text/html; charset=utf-8',
  'text/x+json',
  'text/plain; a',
  'image/svg+xml',
  'application/octet-stream',
);

/** JSON of every shape, as a payload without a type may look: readers would round, refuse or reorder some of it. */
export const jsonShapes: readonly string[] = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '1.0',
    '1e400',
    '12345678901234567890',
    '""',
    '"hello"',
    '"\\u0061\\ud800"',
  ],
  ...[
    '[]',
    '{}',
    '[1, [2]]',
    '{"n":9007199254740993,"n":1.0}',
    '{"specversion":"1.0","id":"inner"}',
    '"\u00fc"',
  ],
];

/** Types that would have a consumer of a Kafka record read the data as the event (Kafka binding 3.1.1). */
export const eventTypes: readonly string[] = [
  ...['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/cloudevents'],
  ...[
    'Application/CloudEvents+JSON; charset=utf-8',
    'application/cloudevents+avro',
    'application/cloudeventsx',
  ],
  ...['application/cloudevents+protobuf', ' application/cloudevents+json'],
];

/** Payloads of all kinds: arbitrary bytes, text, JSON, JSON that is broken or followed by forged members. */
export const payloads = fc.oneof(
  fc.uint8Array({ minLength: 1 }).map((bytes) => Buffer.from(bytes)),
  fc.string({ unit: 'binary', minLength: 1 }).map((text) => Buffer.from(text)),
  fc.json().map((json) => Buffer.from(json)),
  fc.constantFrom(...jsonShapes).map((json) => Buffer.from(json)),
  fc.json().map((json) => Buffer.from(`${json},"id":"forged","ce":"x"`)),
  fc.json().map((json) => Buffer.from(`${json}}{"id":"forged"`)),
);

export const extensions = fc.dictionary(
  fc.stringMatching(/^x[a-z0-9]{0,9}$/),
  fc.oneof(attributeText, fc.constant('')),
  { maxKeys: 4 },
);

/** A request in binary mode with every optional attribute there or not. */
export const binaryRequests = fc
  .record({
    id: attributeText,
    type: attributeText,
    subject: fc.option(attributeText),
    contentType: contentTypes,
    extensions,
  })
  .map(({ id, type, subject, contentType, extensions: more }) =>
    binaryHeaders({
      'ce-id': headerValue(id),
      'ce-type': headerValue(type),
      'ce-subject': subject === null ? undefined : headerValue(subject),
      'Content-Type': contentType,
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`ce-${name}`, headerValue(value)])),
    }),
  );
