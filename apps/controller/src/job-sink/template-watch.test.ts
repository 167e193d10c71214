import { expect, test } from '@jest/globals';
import type { JobSink } from '@event-sinks/crds';
import { systemClock } from '@event-sinks/runtime';
import { recordingLogger } from '@event-sinks/testing';
import type { TrialOutcome } from '../domain/admission/trial-outcome.ts';
import type { EventRefusal } from '../domain/event-outcome.ts';
import { createTemplateWatch } from './template-watch.ts';

const sinkAt = (generation: number, status?: object): JobSink =>
  ({
    metadata: { namespace: 'shop', name: 'a', uid: 'u', generation },
    spec: { job: {} },
    status,
  }) as unknown as JobSink;

function watched(outcome: TrialOutcome) {
  const tried: number[] = [];
  const world = { now: 0, outcome };
  const watch = createTemplateWatch({
    trial: (sink) => {
      tried.push(sink.metadata.generation);
      return Promise.resolve(world.outcome);
    },
    times: { validMs: 1_000, refusedMs: 100, troubleMs: 10 },
    clock: { ...systemClock, monotonic: () => world.now },
    logger: recordingLogger(),
  });
  const find = (sink: JobSink, refusal?: EventRefusal) =>
    watch.find(sink, refusal, new AbortController().signal);
  return { tried, world, find };
}

test('a template is tried once for each generation, whether or not the finding was written', async () => {
  const { tried, find } = watched({ kind: 'valid', warnings: [] });
  for (let pass = 0; pass < 3; pass += 1) expect(await find(sinkAt(1))).toMatchObject({ status: 'True' });
  const written = { observedGeneration: 1, conditions: [{ type: 'JobTemplateValid', status: 'True' }] };
  expect(await find(sinkAt(1, written))).toMatchObject({ status: 'True' });
  expect(tried).toEqual([1]);
  expect(await find(sinkAt(2, written))).toMatchObject({ status: 'True' });
  expect(tried).toEqual([1, 2]);
});

test('a finding of a predecessor is taken over, and tried again in its time', async () => {
  const { tried, world, find } = watched({ kind: 'valid', warnings: [] });
  const conditions = [{ type: 'JobTemplateValid', status: 'False', reason: 'JobTemplateRefused' }];
  const sink = sinkAt(1, { observedGeneration: 1, conditions });
  expect(await find(sink)).toMatchObject({ status: 'False', reason: 'JobTemplateRefused' });
  world.now = 100;
  expect(await find(sink)).toMatchObject({ status: 'True' });
  expect(tried).toEqual([1]);
});

test('trouble is retried until it is over', async () => {
  const { tried, world, find } = watched({ kind: 'trouble', message: 'it is night' });
  expect(await find(sinkAt(1))).toMatchObject({ status: 'Unknown', reason: 'TemplateNotTried' });
  world.outcome = { kind: 'valid', warnings: [] };
  world.now = 9;
  expect(await find(sinkAt(1))).toMatchObject({ status: 'Unknown' });
  world.now = 10;
  expect(await find(sinkAt(1))).toMatchObject({ status: 'True' });
  expect(tried).toEqual([1, 1]);
});

test('a refused event has the template tried at once, and again until it is taken', async () => {
  const { tried, world, find } = watched({ kind: 'valid', warnings: [] });
  const refused = { reason: 'JobTemplateRefused', sinceMs: 5, agoMs: 5 };
  await find(sinkAt(1));
  world.now = 50;
  expect(await find(sinkAt(1))).toMatchObject({ status: 'True' });
  world.outcome = { kind: 'refused', problems: [{ field: 'spec.job', message: 'a policy says no' }] };
  expect(await find(sinkAt(1), refused)).toMatchObject({
    status: 'False',
    message: 'spec.job: a policy says no',
  });
  expect(tried).toHaveLength(2);
  world.now = 149;
  world.outcome = { kind: 'valid', warnings: [] };
  expect(await find(sinkAt(1), { ...refused, agoMs: 104 })).toMatchObject({ status: 'False' });
  world.now = 150;
  expect(await find(sinkAt(1), { ...refused, agoMs: 105 })).toMatchObject({ status: 'True' });
  expect(tried).toHaveLength(3);
});

test('refusals that a dry run does not show count, and are over with the first event that is stored', async () => {
  const { find, world } = watched({ kind: 'valid', warnings: [] });
  const refusal = { reason: 'QuotaExhausted', sinceMs: 15_000, agoMs: 5 };
  expect(await find(sinkAt(1), refusal)).toMatchObject({ status: 'True' });
  world.now = 10_005;
  expect(await find(sinkAt(1), refusal)).toMatchObject({ status: 'False', reason: 'EventsRefused' });
  world.now = 10_006;
  const conditions = [{ type: 'JobTemplateValid', status: 'False', reason: 'EventsRefused' }];
  expect(await find(sinkAt(1, { observedGeneration: 1, conditions }))).toEqual({
    ...{ type: 'JobTemplateValid', status: 'True' },
  });
});
