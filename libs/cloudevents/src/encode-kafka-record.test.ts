import { describe, expect, test } from '@jest/globals';
import { Kafka, type CloudEvent as SdkEvent } from 'cloudevents';
import { binaryHeaders, decodeJson, eventTypes, jsonShapes, structuredBody } from '../test/events.ts';
import {
  decodeHttp,
  decodeHttpOrBatch,
  encodeEventJson,
  encodeKafkaRecord,
  type CloudEvent,
  type KafkaRecord,
} from './index.ts';
import { declaresJson } from './media-type.ts';

/** The event as the JavaScript SDK reads it back from the record. */
function sdkEventOf({ key, headers, value }: KafkaRecord): SdkEvent<unknown> {
  const message = { headers: Object.fromEntries(headers), value: value?.toString(), key: key?.toString() };
  return Kafka.toEvent<unknown>(
    message as unknown as Parameters<typeof Kafka.toEvent>[0],
  ) as SdkEvent<unknown>;
}

describe('a record in binary mode', () => {
  test('follows the Kafka binding', () => {
    const body = Buffer.from([0, 255, 10]);
    const event = decodeHttp(
      binaryHeaders({
        'ce-time': '2018-04-05T03:56:24.100Z',
        'ce-subject': '%E2%82%AC',
        'ce-dataschema': 'urn:x',
        'content-type': 'application/avro',
        'ce-zeta': 'z',
        'ce-partitionkey': 'ключ'.normalize().replace(/./gu, (letter) => encodeURIComponent(letter)),
      }),
      body,
    );
    const { key, value, headers } = encodeKafkaRecord(event, 'binary');
    expect(value).toBe(body);
    expect(key?.toString('utf8')).toBe('ключ');
    expect(headers).toEqual([
      ['ce_specversion', '1.0'],
      ['ce_id', '1'],
      ['ce_source', '/s'],
      ['ce_type', 't'],
      ['content-type', 'application/avro'],
      ['ce_dataschema', 'urn:x'],
      ['ce_subject', '€'],
      ['ce_time', '2018-04-05T03:56:24.100Z'],
      ['ce_partitionkey', 'ключ'],
      ['ce_zeta', 'z'],
    ]);
  });

  test('has a null value for no data, and an empty one for empty data', () => {
    expect(encodeKafkaRecord(decodeJson(structuredBody()), 'binary').value).toBeNull();
    expect(encodeKafkaRecord(decodeJson(structuredBody({ data_base64: '' })), 'binary').value).toHaveLength(
      0,
    );
  });

  test('keeps a 0.3 event what it is', () => {
    const event = decodeJson(structuredBody({ specversion: '0.3', schemaurl: '/x' }));
    const names = encodeKafkaRecord(event, 'binary').headers.map(([name, value]) => `${name}=${value}`);
    expect(names).toEqual(['ce_specversion=0.3', 'ce_id=1', 'ce_source=/s', 'ce_type=t', 'ce_schemaurl=/x']);
  });

  test('writes numbers and booleans as their text', () => {
    const event = decodeJson(structuredBody({ n: -5, yes: true }));
    const headers = new Map(encodeKafkaRecord(event, 'binary').headers);
    expect([headers.get('ce_n'), headers.get('ce_yes')]).toEqual(['-5', 'true']);
  });
});

describe('a record of an event whose data is an event', () => {
  const inner = { specversion: '1.0', id: 'forged', source: '/forged', type: 'forged', data: 1 };
  const outer = {
    specversion: '1.0',
    id: '1',
    source: '/s',
    type: 't',
    partitionkey: 'k',
    time: '2026-01-02T03:04:05Z',
  };
  const encoded = { data_base64: Buffer.from(JSON.stringify(inner)).toString('base64') };
  const asBatch = (event: object) =>
    decodeHttpOrBatch(
      ['content-type', 'application/cloudevents-batch+json'],
      Buffer.from(JSON.stringify([event])),
      { maxEvents: 1, maxEventBytes: 10_000 },
    ) as readonly CloudEvent[];
  const forms = eventTypes.flatMap((datacontenttype): [string, string, object][] => [
    [
      datacontenttype,
      'data',
      { ...outer, datacontenttype, data: declaresJson(datacontenttype) ? inner : JSON.stringify(inner) },
    ],
    [datacontenttype, 'data_base64', { ...outer, datacontenttype, ...encoded }],
    [datacontenttype, 'no data', { ...outer, datacontenttype }],
  ]);

  test.each(forms)(
    'of type %s, in %s, is in structured mode whatever the sink says',
    (_type, _member, sent) => {
      const event = decodeJson(JSON.stringify(sent));
      const [fromBatch] = asBatch(sent);
      const record = encodeKafkaRecord(event, 'binary');
      expect(record).toEqual(encodeKafkaRecord(event, 'structured'));
      expect(fromBatch && encodeKafkaRecord(fromBatch, 'binary')).toEqual(record);
      expect(record.headers).toEqual([['content-type', 'application/cloudevents+json']]);
      const seen = sdkEventOf(record);
      expect([seen.id, seen.source, seen.type, seen['partitionkey']]).toEqual(['1', '/s', 't', 'k']);
    },
  );

  test('is in binary mode when the type only contains the name', () => {
    const event = decodeJson(
      structuredBody({ datacontenttype: 'text/plain; a=application/cloudevents+json', data: '' }),
    );
    expect(encodeKafkaRecord(event, 'binary').headers).toContainEqual([
      'content-type',
      'text/plain; a=application/cloudevents+json',
    ]);
  });
});

describe('the content-type of a record in binary mode', () => {
  const typeOf = (event: CloudEvent) =>
    new Map(encodeKafkaRecord(event, 'binary').headers).get('content-type');

  test.each(jsonShapes)('is the implied one for the JSON member %s without a type', (json) => {
    const event = decodeJson(`{"specversion":"1.0","id":"1","source":"/s","type":"t","data":${json}}`);
    expect([typeOf(event), encodeKafkaRecord(event, 'binary').value?.toString()]).toEqual([
      'application/json',
      json,
    ]);
  });

  test.each(jsonShapes)('is not made up for the bytes %s without a type', (json) => {
    expect(typeOf(decodeHttp(binaryHeaders(), Buffer.from(json)))).toBeUndefined();
    const encoded = decodeJson(structuredBody({ data_base64: Buffer.from(json).toString('base64') }));
    expect(typeOf(encoded)).toBeUndefined();
  });

  test("is the event's own where it has one", () => {
    expect(typeOf(decodeJson(structuredBody({ datacontenttype: 'text/json', data: 1 })))).toBe('text/json');
  });
});

describe('a record in structured mode', () => {
  test('is the JSON of the event under one header', () => {
    const event = decodeJson(structuredBody({ partitionkey: 'k', data: { a: 1 } }));
    expect(encodeKafkaRecord(event, 'structured')).toEqual({
      key: Buffer.from('k'),
      value: encodeEventJson(event),
      headers: [['content-type', 'application/cloudevents+json']],
    });
  });
});

test.each([
  [undefined, null],
  ['', ''],
  [5, '5'],
  [true, 'true'],
  ['grün', 'grün'],
])('the partition key %j makes the record key %j in both modes', (partitionkey, key) => {
  const event = decodeJson(structuredBody({ partitionkey }));
  for (const mode of ['binary', 'structured'] as const) {
    expect(encodeKafkaRecord(event, mode).key?.toString('utf8') ?? null).toBe(key);
  }
});
