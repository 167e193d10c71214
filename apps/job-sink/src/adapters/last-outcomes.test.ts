import { expect, test } from '@jest/globals';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import { createLastOutcomes } from './last-outcomes.ts';

const sink = { namespace: 'shop', name: 'orders', uid: 'a' };

function outcomesAt(): {
  readonly time: { now: number };
  readonly outcomes: ReturnType<typeof createLastOutcomes>;
  readonly refuse: (code: ErrorCode) => Promise<unknown>;
} {
  const time = { now: 0 };
  const outcomes = createLastOutcomes({ monotonic: () => time.now });
  const refuse = (code: ErrorCode): Promise<unknown> =>
    outcomes.noting(sink, Promise.reject(new SinkError(code))).catch((error: unknown) => error);
  return { time, outcomes, refuse };
}

test('refusals are told from the first one on, until an event is stored', async () => {
  const { time, outcomes, refuse } = outcomesAt();
  expect(outcomes.describe(sink)).toBeUndefined();
  await refuse('JobTemplateRefused');
  time.now = 1_000;
  await refuse('QuotaExhausted');
  time.now = 1_200;
  expect(outcomes.describe(sink)).toBe('QuotaExhausted;ago=200;since=1200');
  expect(await outcomes.noting(sink, Promise.resolve('here'))).toBe('here');
  time.now = 1_500;
  expect(outcomes.describe(sink)).toBe('Stored;ago=300;since=300');
});

test('what is about one event or one moment says nothing about the sink', async () => {
  const { outcomes, refuse } = outcomesAt();
  for (const code of ['EventTooLarge', 'JobConflict', 'ApiServerUnavailable', 'DeadlineExceeded'] as const)
    expect(await refuse(code)).toMatchObject({ code });
  expect(outcomes.describe(sink)).toBeUndefined();
});

test('a sink that was deleted leaves nothing, neither does one that took its name', async () => {
  const { outcomes, refuse } = outcomesAt();
  await refuse('PermissionDenied');
  expect(outcomes.describe({ ...sink, uid: 'b' })).toBeUndefined();
  outcomes.forget(sink);
  expect(outcomes.describe(sink)).toBeUndefined();
});
