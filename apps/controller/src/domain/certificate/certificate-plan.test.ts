import { describe, expect, test } from '@jest/globals';
import { nextStep, setAfter, type CertificateSituation } from './certificate-plan.ts';
import type { CertificateSet, UsablePair } from './certificate-view.ts';

const times = { lifetimeMs: 1_000, renewBeforeMs: 300, settleMs: 10 };
const pair = (name: string, expiresAtMs = 1_000): UsablePair => ({
  ...{ certificate: name, key: name, ca: `${name}-ca`, expiresAtMs },
});
const set = (current: UsablePair, next?: UsablePair, more: string[] = []): CertificateSet => ({
  current,
  next,
  cas: [current, next].flatMap((each) => each?.ca ?? []).concat(more),
});
const situation = (change: Partial<CertificateSituation>): CertificateSituation => ({
  ...{ view: { state: 'absent' }, served: undefined, leads: true, nowMs: 0 },
  ...{ announcedForMs: 0, unchangedForMs: 0 },
  ...change,
});
const usable = (found: CertificateSet) => ({ view: { state: 'usable', set: found } as const });
const broken = { view: { state: 'broken', problem: 'x' } as const };

describe('the next step', () => {
  test.each<[string, Partial<CertificateSituation>, string]>([
    ['creates what is absent', {}, 'create'],
    ['creates it without leading too, while nothing is served', { leads: false }, 'create'],
    ['leaves it to the leader while something is served', { leads: false, served: set(pair('a')) }, 'none'],
    ['goes on with what is served when the Secret was deleted', { served: set(pair('a')) }, 'stage'],
    ['replaces what is broken', broken, 'create'],
    ['goes on with what is served when the Secret is broken', { ...broken, served: set(pair('a')) }, 'stage'],
    ['leaves what is broken to the leader', { ...broken, leads: false }, 'none'],
    ['rests while all is well', usable(set(pair('a'))), 'none'],
    ['rests until renewal is near', { ...usable(set(pair('a'))), nowMs: 699 }, 'none'],
    ['stages a successor then', { ...usable(set(pair('a'))), nowMs: 700 }, 'stage'],
    ['leaves that to the leader', { ...usable(set(pair('a'))), nowMs: 700, leads: false }, 'none'],
    [
      'waits until the new CA has settled',
      { ...usable(set(pair('a'), pair('b'))), announcedForMs: 9 },
      'none',
    ],
    ['promotes then', { ...usable(set(pair('a'), pair('b'))), announcedForMs: 10 }, 'promote'],
    [
      'stages anew what has grown old in waiting',
      { ...usable(set(pair('a', 900), pair('b'))), announcedForMs: 10, nowMs: 800 },
      'stage',
    ],
    [
      'keeps the old CA for a while',
      { ...usable(set(pair('b'), undefined, ['a-ca'])), unchangedForMs: 99 },
      'none',
    ],
    ['lets it go then', { ...usable(set(pair('b'), undefined, ['a-ca'])), unchangedForMs: 100 }, 'prune'],
  ])('%s', (_what, change, step) => {
    expect(nextStep(situation(change), times)).toBe(step);
  });
});

test('through a whole renewal every certificate that may be served is trusted', () => {
  const created = setAfter('create', undefined, pair('a'));
  expect(created).toEqual(set(pair('a')));
  const staged = setAfter('stage', created, pair('b'));
  expect(staged).toEqual(set(pair('a'), pair('b')));
  const promoted = setAfter('promote', staged, undefined);
  expect(promoted.current).toEqual(pair('b'));
  expect(promoted.next).toBeUndefined();
  expect([...promoted.cas].sort()).toEqual(['a-ca', 'b-ca']);
  expect(setAfter('prune', promoted, undefined)).toEqual(set(pair('b')));
});
