import { describe, expect, test } from '@jest/globals';
import { groupBy, leaderOf, partitionChooser } from './partitions.ts';

const table = [3, -1, 4].map((leader, partitionId) => ({
  ...{ partitionErrorCode: 0, partitionId, leader, replicas: [], isr: [] },
}));

describe('partitionChooser', () => {
  test('a key always has its partition, also one without a leader', () => {
    const choose = partitionChooser('t', table);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const chosen = keys.map((key) => choose({ key, value: '' }));
    expect(chosen).toEqual(keys.map((key) => partitionChooser('t', table)({ key, value: '' })));
    expect(new Set(chosen)).toEqual(new Set([0, 1, 2]));
  });

  test('messages without key share one partition that has a leader', () => {
    const choose = partitionChooser('t', table);
    const chosen = [1, 2, 3, 4].map(() => choose({ key: null, value: '' }));
    expect(new Set(chosen).size).toBe(1);
    expect([0, 2]).toContain(chosen[0]);
  });
});

test('groupBy keeps the order within each group', () => {
  expect(groupBy([1, 4, 2, 5, 3], (n) => n % 2)).toEqual([
    [1, 5, 3],
    [4, 2],
  ]);
});

test('leaderOf is -1 for a partition that nobody leads or knows', () => {
  expect([0, 1, 2, 9].map((partition) => leaderOf(table, partition))).toEqual([3, -1, 4, -1]);
});
