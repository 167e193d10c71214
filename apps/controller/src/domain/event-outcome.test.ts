import { describe, expect, test } from '@jest/globals';
import { currentRefusal, isLasting, readEventOutcome } from './event-outcome.ts';

describe('the header of a probe’s answer', () => {
  test.each([
    ['Stored;ago=5;since=5', { stored: true, agoMs: 5 }],
    ['QuotaExhausted;ago=5;since=70', { reason: 'QuotaExhausted', agoMs: 5, sinceMs: 70 }],
    [null, undefined],
    ['', undefined],
    ['QuotaExhausted', undefined],
    ['quota;ago=5;since=70', undefined],
    ['QuotaExhausted;ago=-5;since=70', undefined],
    [`${'Q'.repeat(65)};ago=5;since=70`, undefined],
  ])('%j', (header, outcome) => {
    expect(readEventOutcome(header)).toEqual(outcome);
  });
});

describe('the current refusal', () => {
  const refusal = (agoMs: number) => ({ reason: 'JobTemplateRefused', agoMs, sinceMs: agoMs + 1 });
  const stored = (agoMs: number) => ({ stored: true, agoMs }) as const;
  test.each([
    ['is none where no event came', [], undefined],
    ['is that of the only pod with events', [refusal(3)], refusal(3)],
    ['is the latest one', [refusal(9), refusal(3), refusal(5)], refusal(3)],
    ['is over where another pod has stored an event since', [refusal(9), stored(3)], undefined],
    ['is not over for an event that was stored before', [refusal(3), stored(9)], refusal(3)],
  ])('%s', (_name, outcomes, expected) => {
    expect(currentRefusal(outcomes)).toEqual(expected);
  });
});

test.each([
  ['has just begun', 9_999, 0, 99_999, false],
  ['goes on for a while', 10_000, 0, 99_999, true],
  ['goes on for a while, as dry runs did until now', 20_000, 0, 9_999, false],
  ['was the last before dry runs succeeded', 40_000, 15_000, 14_000, false],
  ['is long past', 200_000, 60_001, 300_000, false],
])('a refusal that %s', (_name, sinceMs, agoMs, validMs, lasting) => {
  expect(isLasting({ reason: 'JobTemplateRefused', sinceMs, agoMs }, validMs)).toBe(lasting);
});
