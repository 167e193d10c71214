import { describe, expect, test } from '@jest/globals';
import { javaPartition, murmur2 } from './java-partition.ts';

/** From Kafka's own UtilsTest.testMurmur2. */
const hashes: readonly (readonly [string, number])[] = [
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
];

describe('the partition of a key', () => {
  test.each(hashes)('murmur2 of "%s" is what Kafka says', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  test('a negative hash gives a partition', () => {
    expect(javaPartition(Buffer.from('21'), 7)).toBe((-973_932_308 & 0x7fff_ffff) % 7);
  });
});
