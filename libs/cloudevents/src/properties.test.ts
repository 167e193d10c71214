import { describe, expect, test } from '@jest/globals';
import { HTTP, type CloudEvent as SdkEvent } from 'cloudevents';
import fc from 'fast-check';
import { binaryRequests, payloads, refusalOf, structuredBody, structuredHeaders } from '../test/events.ts';
import { decodeBatch, decodeHttp, encodeEventJson, encodeKafkaRecord, type CloudEvent } from './index.ts';
import { dataFormOf } from './data-form.ts';

const runs = { numRuns: 2000 };
const requests = fc.tuple(binaryRequests, payloads);

function throughJson(event: CloudEvent): CloudEvent {
  return decodeHttp(structuredHeaders, encodeEventJson(event));
}

/** White space around a JSON payload belongs to the envelope once it is spliced. */
function asSpliced(event: CloudEvent): CloudEvent {
  if (event.data === undefined || dataFormOf(event) !== 'json') {
    return event;
  }
  return { ...event, data: Buffer.from(event.data.toString('utf8').replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '')) };
}

function attributesIn(json: Buffer): [string, unknown][] {
  const members = Object.entries(JSON.parse(json.toString('utf8')) as object);
  return members.filter(([name]) => name !== 'data' && name !== 'data_base64');
}

describe('for every event', () => {
  test('binary mode, then JSON, then structured mode gives the same event and the same bytes', () => {
    fc.assert(
      fc.property(requests, ([headers, body]) => {
        const event = decodeHttp(headers, body);
        expect(throughJson(event)).toEqual(asSpliced(event));
      }),
      runs,
    );
  });

  test('the payload cannot add or change a member of the JSON', () => {
    fc.assert(
      fc.property(requests, ([headers, body]) => {
        const event = decodeHttp(headers, body);
        expect(attributesIn(encodeEventJson(event))).toEqual(
          attributesIn(encodeEventJson(decodeHttp(headers, Buffer.alloc(0)))),
        );
      }),
      runs,
    );
  });

  test('the Kafka value in binary mode is the body itself', () => {
    fc.assert(
      fc.property(requests, ([headers, body]) => {
        expect(encodeKafkaRecord(decodeHttp(headers, body), 'binary').value).toBe(body);
      }),
    );
  });

  test('the JavaScript SDK reads the same attributes and text from the JSON', () => {
    fc.assert(
      fc.property(requests, ([headers, body]) => {
        const event = decodeHttp(headers, body);
        const sent = {
          headers: { 'content-type': 'application/cloudevents+json' },
          body: encodeEventJson(event).toString(),
        };
        const seen = HTTP.toEvent<unknown>(sent) as SdkEvent<unknown>;
        expect([seen.id, seen.source, seen.type, seen.subject, seen.datacontenttype]).toEqual([
          event.id,
          event.source,
          event.type,
          event.subject,
          event.datacontenttype,
        ]);
        for (const [name, value] of event.extensions) {
          expect(seen[name]).toBe(value);
        }
        const form = dataFormOf(event);
        if (form === 'text') {
          expect(seen.data).toBe(body.toString('utf8'));
        } else if (form === 'base64') {
          expect(seen.data_base64).toBe(body.toString('base64'));
        }
      }),
    );
  });
});

describe('whatever comes in', () => {
  const anyHeader = fc.tuple(
    fc.oneof(
      fc.constantFrom(
        'ce-specversion',
        'ce-id',
        'ce-source',
        'ce-type',
        'ce-time',
        'ce-subject',
        'ce-dataschema',
      ),
      fc.constantFrom(
        'ce-datacontentencoding',
        'ce-schemaurl',
        'content-type',
        'content-encoding',
        'ce-data',
      ),
      fc.string().map((name) => `ce-${name}`),
    ),
    fc.oneof(
      fc.constantFrom('1.0', '0.3', 'application/json', 'application/cloudevents+json', 'base64', 'identity'),
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .array(fc.constantFrom('%', '"', '\\', '4', '1', 'C3', 'é', ';', '=', 'a/b'))
        .map((parts) => parts.join('')),
    ),
  );
  const anyBody = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    payloads,
  );

  test('a request is an event or a refusal with a status of 4xx', () => {
    fc.assert(
      fc.property(fc.array(anyHeader, { maxLength: 8 }), anyBody, (headers, body) => {
        refusalOf(() => {
          const event = decodeHttp(['ce-specversion', '1.0', ...headers.flat()], body);
          encodeKafkaRecord(event, 'binary');
          encodeEventJson(event);
        });
      }),
      runs,
    );
  });

  test('a structured event or a batch damaged in one place is an event or a refusal', () => {
    const batchLimits = { maxEvents: 10, maxEventBytes: 10_000 };
    const whole = structuredBody({ x: 1, datacontenttype: 'text/plain', data: 'ü\\"' });
    const damages = fc.tuple(fc.nat(whole.length), fc.uint8Array({ maxLength: 3 }), fc.nat(3));
    fc.assert(
      fc.property(damages, ([at, piece, cut]) => {
        const body = Buffer.concat([whole.subarray(0, at), piece, whole.subarray(at + cut)]);
        refusalOf(() => throughJson(decodeHttp(structuredHeaders, body)));
        refusalOf(() => decodeBatch(Buffer.concat([Buffer.from('['), body, Buffer.from(']')]), batchLimits));
      }),
      runs,
    );
  });

  test('an arbitrary JSON object is an event or a refusal', () => {
    const members = fc.dictionary(
      fc.oneof(
        fc.constantFrom('id', 'time', 'data', 'data_base64', 'datacontenttype', 'x', '__proto__'),
        fc.string(),
      ),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(members, (changes) => {
        refusalOf(() => throughJson(decodeHttp(structuredHeaders, structuredBody(changes))));
      }),
      runs,
    );
  });
});
