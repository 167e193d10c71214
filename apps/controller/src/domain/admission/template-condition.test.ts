import { describe, expect, test } from '@jest/globals';
import type { Condition } from '@event-sinks/crds';
import type { EventRefusal } from '../event-outcome.ts';
import { foundBefore, isTrialDue, templateFinding, withEvents } from './template-condition.ts';

const times = { validMs: 1_000, refusedMs: 100, troubleMs: 10 };
const was = (status: Condition['status'], reason?: string): Condition => ({
  ...{ type: 'JobTemplateValid', status },
  ...(reason !== undefined && { reason }),
});

const refusedFor = (sinceMs: number): EventRefusal => ({ reason: 'QuotaExhausted', sinceMs, agoMs: 5 });

describe('a template is tried', () => {
  test.each<[string, Condition | undefined, number | undefined, boolean]>([
    ['when nothing is known of it', undefined, undefined, true],
    ['when a predecessor met trouble', was('Unknown'), undefined, true],
    ['not when a predecessor found it valid', was('True'), undefined, false],
    ['not when a predecessor found it refused', was('False'), undefined, false],
    ['not again right after trouble', was('Unknown'), 9, false],
    ['again some time after trouble', was('Unknown'), 10, true],
    ['not again while the finding is being written', undefined, 9, false],
    ['not again soon after it was refused', was('False'), 99, false],
    ['again some time after it was refused', was('False'), 100, true],
    ['not again soon after it was taken', was('True'), 999, false],
    ['again long after it was taken', was('True'), 1_000, true],
  ])('%s', (_what, before, sinceTrialMs, due) => {
    expect(isTrialDue(before, sinceTrialMs, times)).toBe(due);
  });

  test.each<[string, number | undefined, number, boolean]>([
    ['when events are refused and nobody has tried yet', undefined, 5, true],
    ['when an event was refused since the last trial', 500, 20, true],
    ['not when the last trial came after the refusal', 500, 500, false],
    ['not again in the moment after a trial', 9, 5, false],
  ])('%s', (_what, sinceTrialMs, agoMs, due) => {
    const refusal = { reason: 'JobTemplateRefused', sinceMs: 600, agoMs };
    expect(isTrialDue(was('True'), sinceTrialMs, times, refusal)).toBe(due);
  });
});

test('a finding about an older spec is none', () => {
  const status = { observedGeneration: 1, conditions: [was('True')] };
  expect(foundBefore(status, 1)).toEqual(was('True'));
  expect(foundBefore(status, 2)).toBeUndefined();
  expect(foundBefore(undefined, 1)).toBeUndefined();
});

describe('the condition', () => {
  test('says in at most 512 characters what is wrong', () => {
    const problems = [{ field: 'spec.job.spec', message: 'x'.repeat(900) }];
    const finding = templateFinding({ kind: 'refused', problems }, undefined);
    expect(finding).toMatchObject({ status: 'False', reason: 'JobTemplateRefused' });
    expect(finding.message).toHaveLength(512);
  });

  test('is unknown after trouble', () => {
    const finding = templateFinding({ kind: 'trouble', message: 'it is night' }, undefined);
    expect(finding).toMatchObject({ status: 'Unknown', reason: 'TemplateNotTried' });
    expect(finding.message).toContain('it is night');
  });

  test.each(['True', 'False'] as const)('keeps an earlier %s through trouble', (status) => {
    expect(templateFinding({ kind: 'trouble', message: 'x' }, was(status, 'R'))).toMatchObject({
      status,
      reason: 'R',
    });
  });

  test.each([
    ['False', 'QuotaExhausted'],
    ['True', 'NamespaceTerminating'],
    ['True', 'DryRunUnsupported'],
  ] as const)('is %s for %s', (status, reason) => {
    const outcome = { kind: 'undecided', reason, message: 'full' } as const;
    expect(templateFinding(outcome, undefined)).toMatchObject({ status, reason });
  });

  test('is true, with the warnings of the API server', () => {
    const finding = templateFinding({ kind: 'valid', warnings: ['a', 'b'] }, undefined);
    expect(finding).toMatchObject({ status: 'True', reason: 'JobTemplateWarnings', message: 'a; b' });
    expect(templateFinding({ kind: 'valid', warnings: [] }, undefined)).toEqual({
      type: 'JobTemplateValid',
      status: 'True',
    });
  });

  test.each<[string, Condition['status'], EventRefusal | undefined, object]>([
    ['stays true while events are stored', 'True', undefined, { status: 'True' }],
    ['stays true for a moment of refusals', 'True', refusedFor(9_999), { status: 'True' }],
    [
      'is false where every event is refused',
      'True',
      refusedFor(10_000),
      { status: 'False', reason: 'EventsRefused' },
    ],
    ['keeps its own reason to be false', 'False', refusedFor(10_000), { status: 'False', reason: 'Own' }],
  ])('%s', (_name, status, refusal, expected) => {
    const finding = withEvents(was(status, 'Own'), refusal, 60_000);
    expect(finding).toMatchObject(expected);
    if (finding.reason === 'EventsRefused') expect(finding.message).toContain('with QuotaExhausted');
  });
});
