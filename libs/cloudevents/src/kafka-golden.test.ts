import { describe, expect, test } from '@jest/globals';
import { kafkaGoldenCases } from '../test/golden.ts';
import { decodeHttp, encodeKafkaRecord, readTraceContext, type KafkaRecord } from './index.ts';

const asText = ({ key, value, headers }: KafkaRecord) => ({
  key: key?.toString() ?? null,
  value: value?.toString() ?? null,
  headers,
});

describe.each(kafkaGoldenCases())(
  'the golden file: $name',
  ({ in: { headers, body }, key, binary, structured }) => {
    const event = decodeHttp(headers, Buffer.from(body));
    const trace = readTraceContext(headers);

    test('as a record in binary mode', () => {
      expect(asText(encodeKafkaRecord(event, 'binary', trace))).toEqual({ key, ...binary });
    });

    test('as a record in structured mode', () => {
      const traced = binary.headers.filter(([name]) => name.startsWith('trace'));
      expect(asText(encodeKafkaRecord(event, 'structured', trace))).toEqual({
        ...{ key, value: structured },
        headers: [['content-type', 'application/cloudevents+json'], ...traced],
      });
    });
  },
);
