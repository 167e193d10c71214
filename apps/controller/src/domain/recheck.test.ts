import { describe, expect, test } from '@jest/globals';
import type { SinkStatus } from '@event-sinks/crds';
import { grownWait, Patience, type Looked, sooner } from './recheck.ts';

const times = { readyMs: 20_000, notReadyMs: 1_000, notReadyMostMs: 25_000 };
const sink: Looked = { uid: 'u', generation: 1, version: '7' };
const status = (ready: 'True' | 'False', reason?: string): SinkStatus => ({
  conditions: [{ type: 'Ready', status: ready, ...(reason && { reason }) }],
});
const bad = status('False', 'TopicNotFound');

function waits(patience: Patience, count: number): number[] {
  return Array.from({ length: count }, () => patience.next(sink, bad));
}

test('a sink that stays unready is looked at less and less often, and at least every 25 s', () => {
  const patience = new Patience(times, () => 1);
  expect(waits(patience, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 25_000, 25_000]);
});

test('chance takes up to half of a wait, and never adds to it', () => {
  const patience = new Patience(times, () => 0);
  expect(waits(patience, 7)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 12_500, 12_500]);
});

describe('it begins again', () => {
  test.each<[string, (patience: Patience) => void]>([
    ['once the sink was well', (patience) => patience.next(sink, status('True'))],
    ['when its spec is changed', (patience) => patience.next({ ...sink, generation: 2 }, bad)],
    ['when its Secret is changed', (patience) => patience.next({ ...sink, version: '8' }, bad)],
    ['when something else is wrong', (patience) => patience.next(sink, status('False', 'NoReadyPods'))],
    [
      'when the sink is another one',
      (patience) => {
        patience.forget('u');
      },
    ],
  ])('%s', (_sentence, change) => {
    const patience = new Patience(times, () => 1);
    waits(patience, 5);
    change(patience);
    expect(patience.next(sink, bad)).toBe(1_000);
  });
});

test('each sink has a wait of its own', () => {
  const patience = new Patience(times, () => 1);
  waits(patience, 5);
  expect(patience.next({ ...sink, uid: 'other' }, bad)).toBe(1_000);
  expect(patience.next(sink, status('True'))).toBe(20_000);
});

test('a wait stays exact however often it has grown', () => {
  expect(grownWait(10_000, { baseMs: 1_000, mostMs: 25_000, random: () => 0.5 })).toBe(18_750);
});

test.each([
  ['soon', 20_000, 1_000, 5_000],
  ['when it would be looked at anyway', 1_000, 1_000, 1_000],
  ['as if nothing had been, a while after', 20_000, 61_000, 20_000],
])('a sink with refused events is looked at %s', (_sentence, requeueAfterMs, agoMs, expected) => {
  const refusal = { reason: 'JobTemplateRefused', agoMs, sinceMs: agoMs };
  expect(sooner({ requeueAfterMs }, refusal)).toEqual({ requeueAfterMs: expected });
  expect(sooner({ requeueAfterMs }, undefined)).toEqual({ requeueAfterMs });
});
