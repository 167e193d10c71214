import { describe, expect, test } from '@jest/globals';
import { binaryHeaders, decodeJson, structuredBody } from '../test/events.ts';
import { decodeHttp, encodeEventJson, encodeKafkaRecord } from './index.ts';

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
