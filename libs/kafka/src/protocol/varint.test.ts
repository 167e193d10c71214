import { describe, expect, test } from '@jest/globals';
import { int64Bytes, varintBytes, writeInt64, writeVarint } from './varint.ts';

/** Zigzag varints of https://protobuf.dev/programming-guides/encoding/#signed-ints, and the edges. */
const cases: readonly (readonly [number, string])[] = [
  [0, '00'],
  [-1, '01'],
  [1, '02'],
  [-64, '7f'],
  [64, '8001'],
  [300, 'd804'],
  [2_147_483_647, 'feffffff0f'],
  [-2_147_483_648, 'ffffffff0f'],
];

const wide: readonly (readonly [number, string])[] = [
  [2_147_483_648, '8080808010'],
  [-2_147_483_649, '8180808010'],
  [Number.MAX_SAFE_INTEGER, 'feffffffffffff1f'],
  [Number.MIN_SAFE_INTEGER, 'fdffffffffffff1f'],
];

describe('varints', () => {
  test.each(cases)('%d is %s', (value, hex) => {
    const bytes = Buffer.alloc(6);
    const end = writeVarint(bytes, value, 1);
    expect(bytes.subarray(1, end).toString('hex')).toBe(hex);
    expect(varintBytes(value)).toBe(hex.length / 2);
  });

  test.each([...cases, ...wide])('%d as a 64-bit integer is %s', (value, hex) => {
    const bytes = Buffer.alloc(11);
    const end = writeInt64(bytes, value, 1);
    expect(bytes.subarray(1, end).toString('hex')).toBe(hex);
    expect(int64Bytes(value)).toBe(hex.length / 2);
  });
});
