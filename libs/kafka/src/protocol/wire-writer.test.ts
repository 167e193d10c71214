import { describe, expect, test } from '@jest/globals';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** What was written, without the length in front. */
const written = (writer: WireWriter): Buffer => Buffer.concat(writer.frame()).subarray(4);

const cases: Record<string, [write: (writer: WireWriter) => WireWriter, bytes: string]> = {
  'true and false': [(writer) => writer.boolean(true).boolean(false), '0100'],
  'int8, negative': [(writer) => writer.int8(-2), 'fe'],
  'int16, negative': [(writer) => writer.int16(-1).int16(0x1234), 'ffff1234'],
  'int32, least and greatest': [(writer) => writer.int32(-(2 ** 31)).int32(2 ** 31 - 1), '800000007fffffff'],
  'uuid with hyphens': [
    (writer) => writer.uuid('00112233-4455-6677-8899-aabbccddeeff'),
    '00112233445566778899aabbccddeeff',
  ],
  'uuid without hyphens': [(writer) => writer.uuid('0'.repeat(32)), '0'.repeat(32)],
  'string, counted in bytes of UTF-8': [(writer) => writer.string('pä'), '000370c3a4'],
  'empty string': [(writer) => writer.string(''), '0000'],
  'null string': [(writer) => writer.string(null), 'ffff'],
  'compact string': [(writer) => writer.compactString('pä'), '0470c3a4'],
  'empty compact string': [(writer) => writer.compactString(''), '01'],
  'null compact string': [(writer) => writer.compactString(null), '00'],
  bytes: [(writer) => writer.bytes(Buffer.from([1, 2])), '000000020102'],
  'uvarint of one, two and five bytes': [
    (writer) =>
      writer
        .uvarint(0)
        .uvarint(127)
        .uvarint(128)
        .uvarint(300)
        .uvarint(2 ** 31 - 1),
    '007f8001ac02ffffffff07',
  ],
  'no tagged fields': [(writer) => writer.noTags(), '00'],
};

describe('WireWriter', () => {
  test.each(Object.entries(cases))('writes %s as the protocol has it', (_, [write, bytes]) => {
    expect(written(write(new WireWriter())).toString('hex')).toBe(bytes);
  });

  test('puts the length of everything in front', () => {
    const frame = Buffer.concat(new WireWriter().int32(1).raw(Buffer.alloc(20_000)).string('ab').frame());
    expect(frame.readInt32BE()).toBe(frame.length - 4);
    expect(frame.length).toBe(4 + 4 + 20_000 + 4);
  });

  test('gives a frame of length 0 when nothing was written', () => {
    expect(Buffer.concat(new WireWriter().frame()).toString('hex')).toBe('00000000');
  });

  test('hands a large buffer on without a copy, between what is before and behind it', () => {
    const large = Buffer.alloc(16_385, 7);
    const parts = new WireWriter().int16(1).raw(large).int16(2).frame();
    expect(parts).toContain(large);
    expect(Buffer.concat(parts).subarray(4)).toEqual(
      Buffer.concat([Buffer.of(0, 1), large, Buffer.of(0, 2)]),
    );
  });

  test('copies a small buffer, so that it may change afterwards', () => {
    const small = Buffer.from('abc');
    const writer = new WireWriter().raw(small);
    small.fill(0);
    expect(written(writer).toString()).toBe('abc');
  });
});

describe('WireWriter at the end of a page', () => {
  const rows: Record<string, [write: (writer: WireWriter) => WireWriter, bytes: string]> = {
    int8: [(writer) => writer.int8(0x11), '11'],
    int16: [(writer) => writer.int16(0x1122), '1122'],
    int32: [(writer) => writer.int32(0x11223344), '11223344'],
    boolean: [(writer) => writer.boolean(true), '01'],
    uvarint: [(writer) => writer.uvarint(300), 'ac02'],
    string: [(writer) => writer.string('abc'), '0003616263'],
    'compact string': [(writer) => writer.compactString('abc'), '04616263'],
    bytes: [(writer) => writer.bytes(Buffer.from('abc')), '00000003616263'],
    uuid: [(writer) => writer.uuid('12'.repeat(16)), '12'.repeat(16)],
  };

  test.each(Object.entries(rows))('writes %s whole after any number of bytes', (_, [write, bytes]) => {
    for (let before = 0; before < 1_500; before += 1) {
      const writer = new WireWriter();
      for (let index = 0; index < before; index += 1) writer.uvarint(0x55);
      const hex = written(write(writer).uvarint(0x66)).toString('hex');
      const expected = `${'55'.repeat(before)}${bytes}66`;
      // The end is enough to tell it by.
      if (hex !== expected)
        expect({ before, hex: hex.slice(-80) }).toEqual({ before, hex: expected.slice(-80) });
    }
  });

  test('writes ten thousand numbers that a reader reads again', () => {
    const writer = new WireWriter();
    for (let index = 0; index < 10_000; index += 1) writer.int32(index).int16(index);
    const reader = new WireReader(written(writer));
    const wrong: number[] = [];
    for (let index = 0; index < 10_000; index += 1)
      if (reader.int32() !== index || reader.int16() !== index) wrong.push(index);
    expect(wrong).toEqual([]);
  });
});
