import { expect, test } from '@jest/globals';
import type { SinkStatus } from '@event-sinks/crds';
import { longestStartMs, SlowStarts } from './slow-starts.ts';

const notReady = (reason: string): SinkStatus => ({
  conditions: [{ type: 'Ready', status: 'False', reason, message: `because of ${reason}` }],
});
const begins = notReady('NotServedYet');
const told = { type: 'Warning', reason: 'NotServedYet', note: 'because of NotServedYet' };

test('a sink that does not get on is told of once', () => {
  const starts = new SlowStarts();
  expect(starts.event('u', begins, 0)).toBeUndefined();
  expect(starts.event('u', begins, longestStartMs - 1)).toBeUndefined();
  expect(starts.event('u', begins, longestStartMs)).toEqual(told);
  expect(starts.event('u', begins, 10 * longestStartMs)).toBeUndefined();
});

test.each<[string, SinkStatus]>([
  ['becomes ready', { conditions: [{ type: 'Ready', status: 'True' }] }],
  ['is found to be wrong, which is told elsewhere', notReady('TopicNotFound')],
  ['has an address already', { ...begins, address: { url: 'http://sink' } }],
])('a sink that %s is not told of, and begins anew after that', (_sentence, status) => {
  const starts = new SlowStarts();
  starts.event('u', begins, 0);
  expect(starts.event('u', status, longestStartMs)).toBeUndefined();
  expect(starts.event('u', begins, longestStartMs)).toBeUndefined();
});
