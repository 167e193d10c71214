import { expect, test } from '@jest/globals';
import { Paces } from './pace.ts';

const [one, other] = [{ name: 'one' }, { name: 'other' }];

test('a partition is well until something else is known of it alone', () => {
  const paces = new Paces<object>();
  paces.suspect(one);
  expect([paces.of(one, 0), paces.of(other, 0)]).toEqual(['suspect', 'well']);
  paces.well(one);
  expect(paces.of(one, 0)).toBe('well');
});

test('a slow partition is slow for two seconds and then a suspect', () => {
  const paces = new Paces<object>();
  paces.late(one, 1_000);
  expect([paces.of(one, 1_000), paces.of(one, 2_999), paces.of(one, 3_000)]).toEqual([
    'late',
    'late',
    'suspect',
  ]);
  paces.late(one, 3_000);
  expect(paces.of(one, 4_999)).toBe('late');
});

test('a suspicion does not change what is known of a slow partition', () => {
  const paces = new Paces<object>();
  paces.late(one, 0);
  paces.suspect(one);
  expect(paces.of(one, 0)).toBe('late');
});
