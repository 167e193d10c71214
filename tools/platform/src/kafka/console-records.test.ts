import { describe, expect, test } from '@jest/globals';
import { parseConsoleRecords, separators } from './console-records.ts';

const { field, header, line, nothing } = separators;
const printed = (...parts: (string | Buffer)[]) =>
  Buffer.concat(parts.flatMap((part, i) => [Buffer.from(i === 0 ? '' : field), Buffer.from(part)]));

describe('parseConsoleRecords', () => {
  test('reads position, headers in order, key and value', () => {
    const output = printed(
      'CreateTime:1700',
      'Partition:2',
      'Offset:7',
      `a:1${header}b:x:y${header}a:2`,
      'k',
      'v\nw',
    );
    expect(parseConsoleRecords(Buffer.concat([output, Buffer.from(line)]))).toEqual([
      {
        timestamp: 1700,
        partition: 2,
        offset: 7,
        headers: [
          ['a', Buffer.from('1')],
          ['b', Buffer.from('x:y')],
          ['a', Buffer.from('2')],
        ],
        key: Buffer.from('k'),
        value: Buffer.from('v\nw'),
      },
    ]);
  });

  test('tells null from empty and keeps bytes that are no text', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    const [record] = parseConsoleRecords(
      printed('CreateTime:1', 'Partition:0', 'Offset:0', 'NO_HEADERS', nothing, bytes),
    );
    expect(record).toMatchObject({ headers: [], key: null, value: bytes });
    const [empty] = parseConsoleRecords(
      printed('CreateTime:1', 'Partition:0', 'Offset:0', 'NO_HEADERS', '', nothing),
    );
    expect(empty).toMatchObject({ key: Buffer.alloc(0), value: null });
  });

  test('nothing printed is no record; something else is an error', () => {
    expect(parseConsoleRecords(Buffer.alloc(0))).toEqual([]);
    expect(() => parseConsoleRecords(Buffer.from('Exception in thread'))).toThrow('Exception');
  });
});
