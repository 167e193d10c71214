import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runKafkaJava } from '@event-sinks/testing';
import { javaPartition } from '../src/protocol/java-partition.ts';

const program = fileURLToPath(new URL('JavaPartitions.java', import.meta.url));

/** 10,000 keys of 0 to 63 bytes of every value; the same ones in each run. */
const keys = Array.from({ length: 10_000 }, (_, index) =>
  createHash('sha512')
    .update(String(index))
    .digest()
    .subarray(0, index % 64),
);

describe('10,000 keys go where Kafka’s own client puts them', () => {
  let expected: number[][];

  beforeAll(async () => {
    const lines = keys.map((key) => key.toString('hex')).join('\n');
    const out = await runKafkaJava(program, `${lines}\n`);
    expected = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(' ').map(Number));
  }, 60_000);

  test('with our own murmur2', () => {
    expect(keys.map((key) => [7, 12].map((partitions) => javaPartition(key, partitions)))).toEqual(expected);
  });
});
