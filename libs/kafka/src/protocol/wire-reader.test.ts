import { describe, expect, test } from '@jest/globals';
import { MalformedAnswer, WireReader } from './wire-reader.ts';

const reading = (hex: string): WireReader => new WireReader(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

const values: Record<string, [hex: string, read: (reader: WireReader) => unknown, value: unknown]> = {
  'true and false': ['01 00', (reader) => [reader.boolean(), reader.boolean()], [true, false]],
  'a boolean of any other byte as true': ['ff', (reader) => reader.boolean(), true],
  'a negative int16': ['fffe', (reader) => reader.int16(), -2],
  'a negative int32': ['80000000', (reader) => reader.int32(), -(2 ** 31)],
  'an int64 beyond what a double has': ['7fffffffffffffff', (reader) => reader.int64(), 2n ** 63n - 1n],
  'a uuid': [
    '00112233445566778899aabbccddeeff',
    (reader) => reader.uuid(),
    '00112233-4455-6677-8899-aabbccddeeff',
  ],
  'a string': ['0003 70c3a4', (reader) => reader.string(), 'pä'],
  'a null string': ['ffff', (reader) => reader.string(), undefined],
  'a string of a very negative length as null': ['8000', (reader) => reader.string(), undefined],
  'a compact string': ['04 70c3a4', (reader) => reader.compactString(), 'pä'],
  'an empty compact string': ['01', (reader) => reader.compactString(), ''],
  'a null compact string': ['00', (reader) => reader.compactString(), undefined],
  'a compact string of a long form of its length': ['8200 61', (reader) => reader.compactString(), 'a'],
  bytes: ['00000002 0102', (reader) => [...reader.bytes()], [1, 2]],
  'null bytes as none': ['ffffffff', (reader) => [...reader.bytes()], []],
  'an array': ['00000002 0001 0002', (reader) => reader.array(2, () => reader.int16()), [1, 2]],
  'a null array as empty': ['ffffffff', (reader) => reader.array(2, () => reader.int16()), []],
  'a compact array': ['03 0001 0002', (reader) => reader.compactArray(2, () => reader.int16()), [1, 2]],
  'a null compact array as empty': ['00', (reader) => reader.compactArray(2, () => reader.int16()), []],
  'what is behind tagged fields': [
    '02 00 03 aabbcc 8501 00 0007',
    (reader) => {
      reader.tags();
      return reader.int16();
    },
    7,
  ],
};

const short: Record<string, [hex: string, read: (reader: WireReader) => unknown]> = {
  boolean: ['', (reader) => reader.boolean()],
  int16: ['00', (reader) => reader.int16()],
  int32: ['000000', (reader) => reader.int32()],
  int64: ['00000000000000', (reader) => reader.int64()],
  uuid: ['00'.repeat(15), (reader) => reader.uuid()],
  string: ['0002 61', (reader) => reader.string()],
  'string of the greatest length': ['7fff 61', (reader) => reader.string()],
  'compact string': ['03 61', (reader) => reader.compactString()],
  'compact string of the greatest length': ['ffffffff7f 61', (reader) => reader.compactString()],
  bytes: ['00000003 6162', (reader) => reader.bytes()],
  'bytes of the greatest length': ['7fffffff 61', (reader) => reader.bytes()],
  'tagged field': [
    '01 00 05 61',
    (reader) => {
      reader.tags();
    },
  ],
  'tagged fields of the greatest number': [
    'ffffffff7f 0000',
    (reader) => {
      reader.tags();
    },
  ],
  'number that does not end': [
    '8080808080 80 00',
    (reader) => {
      reader.tags();
    },
  ],
  'number that is cut': [
    '80',
    (reader) => {
      reader.tags();
    },
  ],
  'bytes to pass over': [
    '0000',
    (reader) => {
      reader.skip(3);
    },
  ],
};

describe('WireReader', () => {
  test.each(Object.entries(values))('reads %s', (_, [hex, read, value]) => {
    const reader = reading(hex);
    expect(read(reader)).toEqual(value);
    expect(() => reader.boolean()).toThrow(MalformedAnswer);
  });

  test.each(Object.entries(short))('refuses %s where the bytes end too early', (_, [hex, read]) => {
    expect(() => read(reading(hex))).toThrow(MalformedAnswer);
  });

  test.each([
    ['array', '7fffffff 0000', (reader: WireReader, read: () => number) => reader.array(2, read)],
    [
      'compact array',
      'ffffffff0f 0000',
      (reader: WireReader, read: () => number) => reader.compactArray(2, read),
    ],
    [
      'array one element too long',
      '00000002 000000',
      (reader: WireReader, read: () => number) => reader.array(2, read),
    ],
  ])('refuses an %s that the bytes cannot hold, before it reads an element', (_, hex, readAll) => {
    const reader = reading(hex);
    let elements = 0;
    const read = (): number => (elements += 1);
    expect(() => readAll(reader, read)).toThrow(MalformedAnswer);
    expect(elements).toBe(0);
  });

  test('stops at the first element that the bytes do not hold', () => {
    const reader = reading('00000002 0001 61 00 05');
    expect(() => reader.array(2, () => reader.string())).toThrow(MalformedAnswer);
  });

  test('replaces bytes that are not UTF-8', () => {
    expect(reading('0002 fffe').string()).toBe('\ufffd\ufffd');
  });
});
