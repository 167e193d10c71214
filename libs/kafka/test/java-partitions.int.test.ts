import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { runKafkaJava } from '@event-sinks/testing';
import type { PartitionMetadata } from 'kafkajs';
import { partitionChooser } from '../src/partitions.ts';
import { javaPartition } from '../src/platformatic/java-partition.ts';

const program = fileURLToPath(new URL('JavaPartitions.java', import.meta.url));

/** 10,000 keys of 0 to 63 bytes of every value; the same ones in each run. */
const keys = Array.from({ length: 10_000 }, (_, index) =>
  createHash('sha512')
    .update(String(index))
    .digest()
    .subarray(0, index % 64),
);

const table = (partitions: number): PartitionMetadata[] =>
  Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
  }));

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

  test('with kafkajs', () => {
    const choosers = [7, 12].map((partitions) => partitionChooser('topic', table(partitions)));
    expect(keys.map((key) => choosers.map((choose) => choose({ key, value: null })))).toEqual(expected);
  });
});
