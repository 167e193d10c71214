import { describe, expect, test } from '@jest/globals';
import { Reader, readRecordsBatch } from '@platformatic/kafka';
import type { TopicRecord } from './records.ts';
import { recordBatchEncoder } from './record-batch.ts';

const record = (change: Partial<TopicRecord>): TopicRecord => ({
  topic: 't',
  key: null,
  value: null,
  headers: [],
  ...change,
});

const identity = { producerId: 12_345_678_901n, epoch: 3, sequence: 77 };

describe('a record batch', () => {
  test('says what it was made of', () => {
    const records = [
      record({ key: Buffer.from('k'), value: Buffer.alloc(300, 1), timestamp: 5_000_000_000_000 }),
      record({
        value: Buffer.alloc(0),
        headers: [
          ['twice', '1'],
          ['ü', ''],
          ['twice', 'zwölf €'],
        ],
      }),
    ];
    const bytes = recordBatchEncoder().encode(records, identity, 1_700_000_000_000);
    const batch = readRecordsBatch(Reader.from(bytes));
    expect(batch).toMatchObject({
      length: bytes.length - 12,
      magic: 2,
      attributes: 0,
      lastOffsetDelta: 1,
      firstTimestamp: 5_000_000_000_000n,
      maxTimestamp: 5_000_000_000_000n,
      producerId: 12_345_678_901n,
      producerEpoch: 3,
      firstSequence: 77,
    });
    expect(batch.records).toMatchObject([
      { timestampDelta: 0n, offsetDelta: 0, key: Buffer.from('k'), value: Buffer.alloc(300, 1), headers: [] },
      {
        timestampDelta: -3_300_000_000_000n,
        offsetDelta: 1,
        key: null,
        headers: [
          [Buffer.from('twice'), Buffer.from('1')],
          [Buffer.from('ü'), expect.anything()],
          [Buffer.from('twice'), Buffer.from('zwölf €')],
        ],
      },
    ]);
  });

  test('keeps names right when more come than are kept', () => {
    const encoder = recordBatchEncoder();
    for (let start = 0; start < 3_000; start += 500) {
      const headers = Array.from({ length: 500 }, (_, index) => [`n${start + index}`, 'v'] as const);
      const batch = readRecordsBatch(Reader.from(encoder.encode([record({ headers })], identity, 0)));
      const names = batch.records[0]?.headers.map(([name]) => String(name));
      expect(names).toEqual(headers.map(([name]) => name));
    }
  });
});
