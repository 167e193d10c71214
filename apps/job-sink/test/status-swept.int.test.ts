import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeHttp } from '@event-sinks/cloudevents';
import { parseJobSink } from '@event-sinks/crds';
import {
  eventSecretName,
  isStored,
  planDispatch,
  refusedAnnotation,
  secretNameBytes,
  sweptAnnotation,
  unseenStoreMs,
  withdrawnMs,
  type DispatchPlan,
} from '@event-sinks/job-plan';
import {
  isAlreadyExists,
  isNotFound,
  jobs,
  secrets,
  type KubeClient,
  KubeApiError,
  type KubeObject,
  type Resource,
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
    randomBytes(secretNameBytes),
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
    patch: async (resource, target, patch, options) => (
      await next(),
      client.patch(resource, target, patch, options)
    ),
    delete: async (resource, target, options) => (await next(), client.delete(resource, target, options)),
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
function sweepSteps(plan: DispatchPlan): (() => Promise<void>)[] {
  const { namespace, jobName, secretName } = plan;
  const target = { namespace, name: jobName };
  let goesOn = true;
  let held: KubeObject | undefined;
  const ignoreChange = (error: unknown): undefined => void (goesOn = error === undefined);
  const look = async (): Promise<void> => {
    const trial = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: secretName } };
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
      // As the sweep would, at the version that it has listed, and not where a dispatcher says that it is stored.
      const job = await foundJob(plan);
      if (!goesOn || job === undefined || isStored(job)) goesOn = false;
      else await mark(job.metadata.uid ?? '', job);
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

async function found(resource: Resource, name: string): Promise<KubeObject | undefined> {
  return cluster.client.get(resource, { namespace: 'swept', name }).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

const foundJob = ({ jobName }: DispatchPlan): Promise<KubeObject | undefined> => found(jobs, jobName);

/** Whether there are a Job that stays and the Secret that it mounts, which it owns. */
async function isWhole(plan: DispatchPlan): Promise<boolean> {
  const job = await foundJob(plan);
  const secret = job && (await found(secrets, eventSecretName(job) ?? ''));
  return secret !== undefined && secret.metadata.ownerReferences?.[0]?.uid === job?.metadata.uid;
}

/** Lets another go on call by call. */
class Turns {
  #open = false;
  #waiting: (() => void) | undefined;
  #granted = 0;
  #idle: (() => void) | undefined;

  /** Called by the other before each of its calls. */
  async next(): Promise<void> {
    this.#idle?.();
    this.#idle = undefined;
    if (this.#open) return;
    if (this.#granted > 0) {
      this.#granted -= 1;
      return;
    }
    await new Promise<void>((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Resolves when the other has made one more call and stands before the next, or has ended. */
  async step(): Promise<void> {
    if (this.#open) return;
    const done = new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
    if (this.#waiting === undefined) this.#granted += 1;
    this.#waiting?.();
    this.#waiting = undefined;
    await done;
  }

  /** Holds the other up no longer. */
  open(): void {
    this.#open = true;
    this.#waiting?.();
    this.#idle?.();
  }
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
      await cluster.client.create<KubeObject>(jobs, plan.job());
      const steps = sweepSteps(plan);
      const runSteps = async (moment: number): Promise<void> => {
        for (const [step, at] of moments.entries()) if (at === moment) await steps[step]?.();
      };
      const client = interrupted(runSteps);
      const outcome = await stores(client, plan);
      for (let moment = client.calls(); moment <= 4; moment += 1) await runSteps(moment);

      expect(['stored', 'JobConflict']).toContain(outcome);
      if (outcome === 'stored')
        expect({ moments, whole: await isWhole(plan) }).toEqual({ moments, whole: true });
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

      // The sender tries again, at the latest when the sweep has taken its mark off.
      expect({ moments, again: await stores(cluster.client, planFor(`deal-${index}`)) }).toEqual({
        ...{ moments, again: 'stored' },
      });
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
      await cluster.client.create<KubeObject>(jobs, plan.job());
      await mark!();
      const again = () => post(url, eventHeaders({ 'ce-id': 'marked' }), '');
      expect(await again()).toMatchObject({
        ...{ status: 409, reason: 'JobConflict', body: expect.stringMatching(oneLine) },
      });
      expect(await found(secrets, plan.secretName)).toBeUndefined();
      await cluster.client.delete(jobs, { namespace: 'swept', name: plan.jobName });
      expect(await again()).toEqual(stored);
    } finally {
      await dispatcher.stop();
    }
  });

  test('is taken when the mark is another Job’s, as a template may have it', async () => {
    const plan = planFor('copied-mark');
    const job = plan.job();
    const annotations = { ...(job.metadata['annotations'] as object), [sweptAnnotation]: 'another-uid' };
    await cluster.client.create<KubeObject>(jobs, { ...job, metadata: { ...job.metadata, annotations } });
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
      expect(await foundJob(plan)).toBeUndefined();
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
    expect(client.calls()).toBe(4);
  });
});

/** A client whose n-th create, counted from 0, is refused as by a quota; `before` is told of every call. */
function refusing(create: number, before: (call: number) => Promise<void> = () => Promise.resolve()) {
  const client = interrupted(before);
  let creates = 0;
  const quota = new KubeApiError({ message: 'exceeded quota: none', status: 403, reason: 'Forbidden' });
  return {
    ...client,
    create: ((resource, body, options) =>
      creates++ === create
        ? Promise.reject(quota)
        : client.create(resource, body, options)) as KubeClient['create'],
  };
}

describe('a new event whose Secret is refused while a copy comes', () => {
  test('is lost for neither, whatever comes before what', async () => {
    const outcomes = new Map<string, number>();
    // The one that made the Job: create Job, (refused), mark, delete; the other: create, get, create Secret, mark.
    const all = deals(4, 3);
    for (const [index, moments] of all.entries()) {
      const id = `withdrawn-${index}`;
      const [plan, copy] = [planFor(id), planFor(id)];
      const turns = new Turns();
      const other = interrupted(() => turns.next());
      const second = stores(other, copy).finally(() => {
        turns.open();
      });
      const runSteps = async (moment: number): Promise<void> => {
        for (const at of moments) if (at === moment) await turns.step();
      };
      let moment = 0;
      // Its first call makes the Job, and only then there is something to find.
      const client = refusing(1, async (call) => {
        if (call > 0) await runSteps(moment++);
      });
      const first = await stores(client, plan);
      turns.open();
      const outcome = `${first}, ${await second}`;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      const acknowledged = outcome.includes('stored');
      expect({ moments, outcome, lost: acknowledged && !(await isWhole(plan)) }).toMatchObject({
        lost: false,
      });
      expect({ moments, again: await stores(cluster.client, planFor(id)) }).toEqual({
        moments,
        again: 'stored',
      });
      expect({ moments, whole: await isWhole(plan) }).toEqual({ moments, whole: true });
    }
    expect(outcomes.get('stored, stored')).toBeGreaterThan(0);
    expect(outcomes.get('QuotaExhausted, stored')).toBeGreaterThan(0);
  });

  test('is left to the sweep, with its mark, when it cannot be removed, and a later copy takes the mark off', async () => {
    const plan = planFor('left');
    const client = refusing(1);
    const unavailable = () => Promise.reject(new KubeApiError({ message: 'no', status: 503 }));
    expect(await stores({ ...client, delete: unavailable }, plan)).toBe('QuotaExhausted');
    expect((await foundJob(plan))?.metadata.annotations).toHaveProperty([refusedAnnotation]);
    expect(await stores(cluster.client, planFor('left'))).toBe('stored');
    const { annotations } = (await foundJob(plan))!.metadata;
    expect(annotations).not.toHaveProperty([refusedAnnotation]);
    expect(await isWhole(plan)).toBe(true);
  });
});

describe('an event that comes again where nobody may change Jobs', () => {
  const forbidden = () => Promise.reject(new KubeApiError({ message: 'a policy', status: 403 }));
  const waiting = () => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => (waits.push(ms), Promise.resolve());
    return { waits, clock: { ...systemClock, sleep } };
  };

  test('is taken after its Job was read once more, by when its maker would have removed it', async () => {
    const [plan, copy] = [planFor('read-only'), planFor('read-only')];
    expect(await stores(cluster.client, plan)).toBe('stored');
    const { waits, clock } = waiting();
    expect(await stores({ ...cluster.client, patch: forbidden }, copy, clock)).toBe('stored');
    expect(waits).toEqual([withdrawnMs]);
  });

  test('is refused when its maker has given up its Job', async () => {
    const plan = planFor('given-up');
    const unavailable = () => Promise.reject(new KubeApiError({ message: 'no', status: 503 }));
    await stores({ ...refusing(1), delete: unavailable }, plan);
    const { clock } = waiting();
    const outcome = await stores({ ...cluster.client, patch: forbidden }, planFor('given-up'), clock);
    expect(outcome).toBe('PermissionDenied');
  });
});
