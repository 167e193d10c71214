import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeHttp } from '@event-sinks/cloudevents';
import { parseJobSink } from '@event-sinks/crds';
import { planDispatch, sweptAnnotation, unseenStoreMs, type DispatchPlan } from '@event-sinks/job-plan';
import {
  isAlreadyExists,
  isNotFound,
  jobs,
  secrets,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import { systemClock, type Clock } from '@event-sinks/runtime';
import { oneLine, recordingLogger, servedUrl, stored } from '@event-sinks/testing';
import { createJobWriter } from '../src/adapters/job-writer.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startDispatcher } from './dispatcher.ts';

let cluster: Cluster;
let sink: KubeObject;

beforeAll(async () => {
  cluster = await startCluster();
  sink = await cluster.jobSink(await cluster.namespace('swept'), 'logger');
}, 120_000);

afterAll(() => cluster.close());

function planFor(id: string): DispatchPlan {
  const parsed = parseJobSink(sink);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  return planDispatch(
    parsed.value,
    decodeHttp(Object.entries(eventHeaders({ 'ce-id': id })).flat(), Buffer.of()),
  );
}

/** A client that lets something else happen right before each call, which is given its number from 0. */
function interrupted(before: (call: number) => Promise<void>): KubeClient & { readonly calls: () => number } {
  let calls = 0;
  const { client } = cluster;
  const next = (): Promise<void> => before(calls++);
  return {
    ...client,
    calls: () => calls,
    get: async (resource, target, options) => (await next(), client.get(resource, target, options)),
    create: async (resource, body, options) => (await next(), client.create(resource, body, options)),
  };
}

async function stores(client: KubeClient, plan: DispatchPlan, clock: Clock = systemClock): Promise<string> {
  const writer = createJobWriter({ client, clock, logger: recordingLogger() });
  return writer.ensure(plan, new AbortController().signal).then(
    () => 'stored',
    (error: unknown) => (error as { code: string }).code,
  );
}

/** The sweep's four calls, one at a time; each leaves for the next what it found. */
function sweepSteps({ job, namespace, jobName }: DispatchPlan): (() => Promise<void>)[] {
  const target = { namespace, name: jobName };
  let goesOn = true;
  let held: KubeObject | undefined;
  const ignoreChange = (error: unknown): undefined => void (goesOn = error === undefined);
  const look = async (): Promise<void> => {
    const trial = { apiVersion: 'v1', kind: 'Secret', metadata: target };
    await cluster.client.create<KubeObject>(secrets, trial, { dryRun: true }).catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error;
      goesOn = false;
    });
  };
  const mark = async (value: string | null, { metadata }: KubeObject): Promise<void> => {
    const pinned = { ...target, resourceVersion: metadata.resourceVersion ?? '' };
    const change = { metadata: { annotations: { [sweptAnnotation]: value } } };
    held = await cluster.client.patch(jobs, pinned, change).catch(ignoreChange);
  };
  return [
    look,
    async () => {
      if (goesOn) await mark((await found(job))?.metadata.uid ?? '', (await found(job))!);
    },
    async () => {
      if (goesOn) await look();
    },
    async () => {
      if (held === undefined) return;
      const { uid, resourceVersion } = held.metadata;
      if (goesOn) await cluster.client.delete(jobs, target, { uid, resourceVersion });
      else await mark(null, held);
    },
  ];
}

async function found({ metadata }: KubeObject, resource = jobs): Promise<KubeObject | undefined> {
  return cluster.client.get(resource, metadata).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

/** Removes a Secret whose Job is gone, as the garbage collector would. */
async function collectGarbage({ job }: DispatchPlan): Promise<void> {
  const secret = await found(job, secrets);
  const owner = secret?.metadata.ownerReferences?.[0]?.uid;
  if (owner !== undefined && owner !== (await found(job))?.metadata.uid)
    await cluster.client.delete(secrets, job.metadata);
}

/** Whether there are a Job that stays and a Secret that it owns. */
async function isWhole({ job }: DispatchPlan): Promise<boolean> {
  const [held, secret] = [await found(job), await found(job, secrets)];
  const owner = secret?.metadata.ownerReferences?.[0]?.uid;
  return owner !== undefined && owner === held?.metadata.uid;
}

/** All ways to deal `count` steps, in their order, to the moments 0 to `last`. */
function deals(count: number, last: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const moments = Array.from({ length: last - from + 1 }, (_, index) => from + index);
  return moments.flatMap((moment) => deals(count - 1, last, moment).map((rest) => [moment, ...rest]));
}

describe('an event that comes again while its Job is swept', () => {
  test('is acknowledged only if Job and Secret stay, whatever comes before what', async () => {
    const outcomes = new Map<string, number>();
    // Four calls of the dispatcher have five moments around them.
    const all = deals(4, 4);
    for (const [index, moments] of all.entries()) {
      const plan = planFor(`deal-${index}`);
      await cluster.client.create<KubeObject>(jobs, plan.job);
      const steps = sweepSteps(plan);
      const runSteps = async (moment: number): Promise<void> => {
        for (const [step, at] of moments.entries()) if (at === moment) await steps[step]?.();
      };
      const client = interrupted(runSteps);
      const outcome = await stores(client, plan);
      for (let moment = client.calls(); moment <= 4; moment += 1) await runSteps(moment);
      await collectGarbage(plan);

      expect(['stored', 'JobConflict']).toContain(outcome);
      if (outcome === 'stored')
        expect({ moments, whole: await isWhole(plan) }).toEqual({ moments, whole: true });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

      // The sender tries again, at the latest when the sweep has taken its mark off.
      expect({ moments, again: await stores(cluster.client, plan) }).toEqual({ moments, again: 'stored' });
      expect({ moments, whole: await isWhole(plan) }).toEqual({ moments, whole: true });
    }
    expect(all).toHaveLength(70);
    expect(outcomes.get('stored')).toBeGreaterThan(10);
    expect(outcomes.get('JobConflict')).toBeGreaterThan(10);
  });

  test('is 409 as long as the mark is there', async () => {
    const dispatcher = await startDispatcher(cluster.server.kubeconfig);
    try {
      const url = await servedUrl(dispatcher.url, sink);
      const plan = planFor('marked');
      const [, mark] = sweepSteps(plan);
      await cluster.client.create<KubeObject>(jobs, plan.job);
      await mark!();
      const again = () => post(url, eventHeaders({ 'ce-id': 'marked' }), '');
      expect(await again()).toMatchObject({
        status: 409,
        reason: 'JobConflict',
        body: expect.stringMatching(oneLine),
      });
      expect(await found(plan.job, secrets)).toBeUndefined();
      await cluster.client.delete(jobs, plan.job.metadata);
      expect(await again()).toEqual(stored);
    } finally {
      await dispatcher.stop();
    }
  });

  test('is taken when the mark is another Job’s, as a template may have it', async () => {
    const plan = planFor('copied-mark');
    const annotations = { ...(plan.job.metadata['annotations'] as object), [sweptAnnotation]: 'another-uid' };
    await cluster.client.create<KubeObject>(jobs, {
      ...plan.job,
      metadata: { ...plan.job.metadata, annotations },
    });
    expect(await stores(cluster.client, plan)).toBe('stored');
  });
});

describe('a new event', () => {
  const frozenFor = (ms: number, clocks: readonly ('now' | 'monotonic')[]) => {
    let passed = 0;
    const clock: Clock = {
      ...systemClock,
      now: () => systemClock.now() + (clocks.includes('now') ? passed : 0),
      monotonic: () => systemClock.monotonic() + (clocks.includes('monotonic') ? passed : 0),
    };
    return { clock, freeze: () => (passed += ms) };
  };

  test('takes two calls', async () => {
    const client = interrupted(() => Promise.resolve());
    expect(await stores(client, planFor('two-calls'))).toBe('stored');
    expect(client.calls()).toBe(2);
  });

  test.each([[['monotonic'] as const], [['now'] as const]])(
    'whose dispatcher froze between Job and Secret, by its clock %p, is not acknowledged once the Job is swept',
    async (clocks) => {
      const plan = planFor(`frozen-${clocks[0]}`);
      const { clock, freeze } = frozenFor(unseenStoreMs, clocks);
      const client = interrupted(async (call) => {
        if (call !== 1) return;
        freeze();
        for (const step of sweepSteps(plan)) await step();
      });
      expect(await stores(client, plan, clock)).toBe('JobConflict');
      expect(await found(plan.job)).toBeUndefined();
      await collectGarbage(plan);
      expect(await stores(cluster.client, plan)).toBe('stored');
    },
  );

  test('whose dispatcher froze is acknowledged when its Job is still there', async () => {
    const { clock, freeze } = frozenFor(unseenStoreMs, ['monotonic']);
    const client = interrupted((call) => {
      if (call === 1) freeze();
      return Promise.resolve();
    });
    expect(await stores(client, planFor('thawed'), clock)).toBe('stored');
    expect(client.calls()).toBe(3);
  });
});
