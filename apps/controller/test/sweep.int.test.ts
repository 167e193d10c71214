import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { knownMissingMs, refusedAnnotation, storedAnnotation, sweptAnnotation } from '@event-sinks/job-plan';
import {
  isNotFound,
  jobs,
  KubeApiError,
  namespaces,
  NotLeaderError,
  secrets,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '@event-sinks/kube';
import { createMetrics, loadConfig, systemClock, type Clock } from '@event-sinks/runtime';
import { eventually, recordingLogger } from '@event-sinks/testing';
import { createApp } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { isSweepable } from '../src/domain/sweep.ts';
import { SweepMemory } from '../src/domain/sweep-memory.ts';
import { createJobOverview } from '../src/job-sink/job-overview.ts';
import { createSweep } from '../src/job-sink/sweep.ts';
import { sweepJob, type SweepResult } from '../src/job-sink/sweep-job.ts';
import { startCluster, type Cluster } from './cluster.ts';
import { deals, interrupted, scriptedDispatcher, secretOf } from './sweep-dispatcher.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);

afterAll(() => cluster.close());

async function namespace(name: string): Promise<string> {
  await cluster.client.create<KubeObject>(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  });
  return name;
}

/** A Job as a dispatcher leaves it that ends before it stores the Secret. */
function makeJob(inNamespace: string, name: string, change: object = {}): Promise<KubeObject> {
  const labels = { 'sinks.knative.dev/job-sink-name': 'logger', 'sinks.knative.dev/job-sink-id': name };
  const annotations = { 'sinks.knative.dev/event-identity': 'abc' };
  const volumes = [{ name: 'jobsink-event', secret: { secretName: `${name}-abcdefgh234567ab` } }];
  const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/task' }], volumes };
  return cluster.client.create<KubeObject>(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: inNamespace, name, labels, annotations, ...change },
    spec: { template: { spec: pod } },
  });
}

async function find(resource: Resource, { metadata }: KubeObject): Promise<KubeObject | undefined> {
  return cluster.client.get(resource, metadata).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
}

const targetOf = ({ metadata: { namespace, name } }: KubeObject) => ({ namespace, name });

const isThere = async (resource: Resource, object: KubeObject): Promise<boolean> =>
  (await find(resource, object))?.metadata.uid === object.metadata.uid;

const isMarked = async (job: KubeObject): Promise<boolean> =>
  (await find(jobs, job))?.metadata.annotations?.[sweptAnnotation] !== undefined;

const never = new AbortController().signal;

/** Sweeps one Job that has been known to lack its Secret for long enough. */
function sweepKnown(
  client: KubeClient,
  job: KubeObject,
  fence: () => void = () => undefined,
): Promise<SweepResult> {
  const memory = new SweepMemory(10);
  memory.noteMissing(job.metadata.uid ?? '', systemClock.monotonic() - knownMissingMs);
  memory.complete();
  const logger = recordingLogger();
  return sweepJob({ client, clock: systemClock, logger, memory, fence }, job, never);
}

describe('a Job whose event is sent again while it is swept', () => {
  test('stays, with its Secret, if the event is acknowledged, whatever comes before what', async () => {
    const shop = await namespace('deals');
    const results = new Map<string, number>();
    // The sweep makes four calls at most, with five moments around them, for the dispatcher's three.
    const all = deals(3, 4);
    for (const [index, moments] of all.entries()) {
      const job = await makeJob(shop, `logger-${index}`);
      const dispatcher = scriptedDispatcher(cluster.client, job);
      const runSteps = async (moment: number): Promise<void> => {
        for (const [step, at] of moments.entries()) if (at === moment) await dispatcher.steps[step]?.();
      };
      const client = interrupted(cluster.client, runSteps);
      const result = await sweepKnown(client, job);
      for (let moment = client.calls(); moment <= 4; moment += 1) await runSteps(moment);

      const acknowledged = dispatcher.acknowledged();
      const kept = (await isThere(jobs, job)) && (await find(secrets, secretOf(job))) !== undefined;
      expect({ moments, result, lost: acknowledged && !kept }).toEqual({ moments, result, lost: false });
      expect(await isMarked(job)).toBe(false);
      const key = `${result}, ${acknowledged ? 'acknowledged' : 'refused'}`;
      results.set(key, (results.get(key) ?? 0) + 1);
    }
    expect(all).toHaveLength(35);
    expect([...results.keys()].sort()).toEqual([
      'changed, acknowledged',
      'removed, refused',
      'stored, acknowledged',
      'stored, refused',
    ]);
  });

  test('is not deleted by a sweep that was paused while another took the mark off', async () => {
    const job = await makeJob(await namespace('two-sweeps'), 'logger-a');
    const client = interrupted(cluster.client, async (call) => {
      // Between the second look and the delete.
      if (call !== 3) return;
      await cluster.client.create<KubeObject>(secrets, secretOf(job));
      expect(await sweepKnown(cluster.client, (await find(jobs, job))!)).toBe('stored');
      const dispatcher = scriptedDispatcher(cluster.client, job);
      for (const step of dispatcher.steps) await step();
      expect(dispatcher.acknowledged()).toBe(true);
    });
    expect(await sweepKnown(client, job)).toBe('changed');
    expect(await isThere(jobs, job)).toBe(true);
  });

  test('is not touched by a process that leads no longer', async () => {
    const job = await makeJob(await namespace('no-leader'), 'logger-a');
    const fence = (): never => {
      throw new NotLeaderError();
    };
    await expect(sweepKnown(cluster.client, job, fence)).rejects.toThrow(NotLeaderError);
    expect(await find(jobs, job)).toEqual(job);
  });

  test('is finished with by the next sweep when one ended half-way', async () => {
    const shop = await namespace('half-way');
    const [empty, whole] = [await makeJob(shop, 'logger-a'), await makeJob(shop, 'logger-b')];
    for (const job of [empty, whole]) {
      const died = interrupted(cluster.client, (call) =>
        call === 2 ? Promise.reject(new Error('died')) : Promise.resolve(),
      );
      // Death takes the mark's removal with it, too.
      const noMore = { ...died, patch: onlyOnce(died) };
      await expect(sweepKnown(noMore, job)).rejects.toThrow();
      expect(await isMarked(job)).toBe(true);
    }
    await cluster.client.create<KubeObject>(secrets, secretOf(whole));
    const sweep = async (job: KubeObject) => sweepKnown(cluster.client, (await find(jobs, job))!);
    expect([await sweep(empty), await sweep(whole)]).toEqual(['removed', 'stored']);
    expect([await isThere(jobs, empty), await isMarked(whole)]).toEqual([false, false]);
  });
});

function onlyOnce(client: KubeClient): KubeClient['patch'] {
  let done = false;
  return (...call) => {
    if (done) return Promise.reject(new Error('died'));
    done = true;
    return client.patch(...call);
  };
}

/** A clock that can be set forward and whose sleeps end when told to. */
function heldClock() {
  let [wall, monotonic] = [0, 0];
  let wake = (): void => undefined;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + wall,
    monotonic: () => systemClock.monotonic() + monotonic,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        wake = resolve;
        signal?.addEventListener('abort', () => {
          resolve();
        });
      }),
  };
  const passes = (ms: number): void => {
    wall += ms;
    monotonic += ms;
  };
  return {
    clock,
    passes,
    jumpWall: (ms: number) => (wall += ms),
    wake: () => {
      wake();
    },
  };
}

/** A sweep over the whole cluster, or over some namespaces, that runs when it is told to. */
function heldSweep(client = cluster.client, watched: readonly string[] = []) {
  const time = heldClock();
  const logger = recordingLogger();
  const { registry } = createMetrics();
  const options = {
    ...{ client, namespaces: watched, clock: time.clock, logger, registry },
    fence: () => undefined,
    overview: createJobOverview({
      ...{ clock: time.clock, registry, startTimeoutMs: 120_000 },
      known: () => undefined,
      wake: () => undefined,
    }),
  };
  const sweep = createSweep({ ...options, ageMs: 600_000, intervalMs: 60_000 });
  const end = new AbortController();
  let led: Promise<void> | undefined;
  const count = async (series: string): Promise<number> => {
    const line = (await registry.metrics()).split('\n').find((text) => text.startsWith(series));
    return Number(line?.split(' ').pop() ?? 0);
  };
  const ended = async (): Promise<number> =>
    (await count('event_sinks_sweeps_total{outcome="complete"}')) +
    (await count('event_sinks_sweeps_total{outcome="failed"}'));
  return {
    ...time,
    lines: logger.lines,
    metrics: () => registry.metrics(),
    result: (result: string) => count(`event_sinks_sweep_jobs_total{result="${result}"}`),
    async run(): Promise<void> {
      const before = await ended();
      if (led === undefined) led = sweep.lead(end.signal);
      else time.wake();
      await eventually(async () => {
        expect(await ended()).toBe(before + 1);
      });
    },
    async stop(): Promise<void> {
      end.abort();
      await led;
    },
  };
}

test('a sweep over some namespaces leaves out the others, and one of them that it may not list', async () => {
  const [closed, open, other] = await Promise.all(['closed', 'open', 'other'].map(namespace));
  const made = await Promise.all([closed!, open!, other!].map((each) => makeJob(each, 'logger-lost')));
  const lists: (string | undefined)[] = [];
  const list: KubeClient['list'] = (resource, options = {}) => {
    lists.push(options.namespace);
    if (options.namespace === closed)
      return Promise.reject(new KubeApiError({ message: 'no', status: 403, reason: 'Forbidden' }));
    return cluster.client.list(resource, options);
  };
  const sweep = heldSweep({ ...cluster.client, list }, [closed!, open!]);
  await sweep.run();
  sweep.passes(600_000);
  await sweep.run();
  sweep.passes(knownMissingMs);
  await sweep.run();
  await sweep.stop();
  expect(await Promise.all(made.map((job) => isThere(jobs, job)))).toEqual([true, false, true]);
  expect(new Set(lists)).toEqual(new Set([closed, open]));
  expect(sweep.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'A watched namespace may not be swept' }),
  );
});

describe('a sweep over the cluster', () => {
  test('removes what was never stored, and nothing else', async () => {
    const shop = await namespace('everything');
    const lost = await makeJob(shop, 'logger-lost');
    const whole = await makeJob(shop, 'logger-whole');
    await cluster.client.create<KubeObject>(secrets, secretOf(whole));
    const foreign = await makeJob(shop, 'logger-foreign', { annotations: {} });
    const unlabelled = await makeJob(shop, 'unlabelled', { labels: {} });
    const done = await makeJob(shop, 'logger-done');
    const { name, resourceVersion = '' } = done.metadata;
    await cluster.client.patchStatus(jobs, { namespace: shop, name, resourceVersion }, { succeeded: 1 });
    const others = [whole, foreign, unlabelled, done];
    const sweep = heldSweep();
    const standing = async (): Promise<boolean[]> =>
      Promise.all([lost, ...others].map((job) => isThere(jobs, job)));

    await sweep.run();
    expect(await standing()).toEqual([true, true, true, true, true]);
    expect([await sweep.result('stored'), await sweep.result('waiting')]).toEqual([0, 0]);
    sweep.passes(600_000);
    await sweep.run();
    expect(await standing()).toEqual([true, true, true, true, true]);
    const stored = await sweep.result('stored');
    expect(stored).toBeGreaterThan(0);
    sweep.passes(knownMissingMs);
    await sweep.run();
    expect(await standing()).toEqual([false, true, true, true, true]);
    // The others were asked about once, and not again.
    expect(await sweep.result('stored')).toBe(stored);
    expect(sweep.lines).toContainEqual({
      level: 'info',
      message: 'A Job was removed whose event was never stored',
      fields: { namespace: shop, job: 'logger-lost', sink: 'logger', ageSeconds: expect.any(Number) },
    });
    expect((await cluster.client.list(secrets, { namespace: shop })).items).toHaveLength(1);
    await sweep.stop();
  });

  test('does not trust a clock that was set wrong', async () => {
    const job = await makeJob(await namespace('wrong-clock'), 'logger-a');
    const sweep = heldSweep();
    sweep.jumpWall(3_600_000);
    for (let round = 0; round < 3; round += 1) await sweep.run();
    expect(await sweep.result('waiting')).toBeGreaterThanOrEqual(3);
    expect([await isThere(jobs, job), await isMarked(job)]).toEqual([true, false]);
    await sweep.stop();
  });

  test('leaves alone what it cannot tell about, and says so in one line', async () => {
    const shop = await namespace('no-room');
    const made = await Promise.all(['a', 'b', 'c'].map((name) => makeJob(shop, `logger-${name}`)));
    await fillQuota(shop);
    const sweep = heldSweep();
    for (let round = 0; round < 3; round += 1) {
      sweep.passes(600_000);
      await sweep.run();
    }
    expect(await sweep.result('unknown')).toBe(9);
    for (const job of made) expect(await find(jobs, job)).toEqual(job);
    const lines = sweep.lines.filter(({ level }) => level === 'warn');
    expect(lines.map(({ fields }) => fields['jobs'])).toEqual([3, 3, 3]);
    await sweep.stop();
  });

  test('removes what its maker has given up, while a quota leaves no telling, and not what a copy has stored', async () => {
    const shop = await namespace('given-up');
    const made = await Promise.all(['a', 'b', 'c', 'd'].map((name) => makeJob(shop, `logger-${name}`)));
    const [givenUp, taken, started] = made as [KubeObject, KubeObject, KubeObject];
    const mark = async (job: KubeObject, annotation: string): Promise<void> => {
      const pinned = {
        ...targetOf(job),
        resourceVersion: (await find(jobs, job))?.metadata.resourceVersion ?? '',
      };
      await cluster.client.patch(jobs, pinned, {
        metadata: { annotations: { [annotation]: job.metadata.uid } },
      });
    };
    for (const job of [givenUp, taken, started]) await mark(job, refusedAnnotation);
    await mark(taken, storedAnnotation);
    const { resourceVersion = '' } = (await find(jobs, started))!.metadata;
    const status = { startTime: new Date().toISOString(), ready: 1, active: 1 };
    await cluster.client.patchStatus(jobs, { ...targetOf(started), resourceVersion }, status);
    await fillQuota(shop);
    const sweep = heldSweep();
    await sweep.run();
    expect(await Promise.all(made.map((job) => isThere(jobs, job)))).toEqual([false, true, true, true]);
    await sweep.stop();
  });

  test('counts Jobs of JobSinks that are there, and those of no other name', async () => {
    const shop = await namespace('counted');
    const sink = await cluster.client.create<KubeObject>(jobSinkResource, {
      ...{ apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink' },
      metadata: { namespace: shop, name: 'logger' },
      spec: { job: { spec: { template: { spec: { containers: [{ name: 'main', image: 'x' }] } } } } },
    });
    const owner = { apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', name: 'logger' };
    const owned = (uid = '') => ({ ownerReferences: [{ ...owner, uid }] });
    await makeJob(shop, 'logger-a', owned(sink.metadata.uid));
    await makeJob(shop, 'logger-b', owned('of-an-earlier-one'));
    await makeJob(shop, 'logger-c');
    const labels = {
      'sinks.knative.dev/job-sink-name': 'made-up',
      'sinks.knative.dev/job-sink-id': 'logger-d',
    };
    await makeJob(shop, 'logger-d', { ...owned(sink.metadata.uid), labels });
    const sweep = heldSweep();
    await sweep.run();
    const series = async () =>
      (await sweep.metrics()).split('\n').filter((line) => line.startsWith('event_sinks_jobs{'));
    expect(await series()).toEqual([
      'event_sinks_jobs{kn_sink_namespace="counted",kn_sink_name="logger",outcome="running"} 1',
    ]);
    await cluster.client.delete(jobSinkResource, { namespace: shop, name: 'logger' });
    await sweep.run();
    expect(await series()).toEqual([]);
    await sweep.stop();
  });

  test('meets every page, and begins anew after one that fails', async () => {
    const shop = await namespace('pages');
    const made = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => makeJob(shop, `logger-${name}`)));
    let failing = true;
    const list: KubeClient['list'] = (resource, options = {}) =>
      failing && options.continue !== undefined
        ? Promise.reject(new Error('no second page'))
        : cluster.client.list(resource, { ...options, namespace: shop, limit: 2 });
    const sweep = heldSweep({ ...cluster.client, list });
    sweep.passes(600_000);
    await sweep.run();
    expect([await sweep.result('waiting'), await sweep.result('removed')]).toEqual([2, 0]);
    failing = false;
    await sweep.run();
    sweep.passes(knownMissingMs);
    await sweep.run();
    expect(await sweep.result('removed')).toBe(made.length);
    await sweep.stop();
  });
});

/** A quota that no Secret passes. No controller counts here, so what is used is written by hand. */
async function fillQuota(inNamespace: string): Promise<void> {
  const quotas: Resource = { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true };
  const hard = { 'count/secrets': '0' };
  const target = { namespace: inNamespace, name: 'none' };
  const quota = await cluster.client.create<KubeObject>(quotas, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: target,
    spec: { hard },
  });
  const pinned = { ...target, resourceVersion: quota.metadata.resourceVersion ?? '' };
  await cluster.client.patchStatus(quotas, pinned, { hard, used: hard });
  const sample = { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: inNamespace, name: 'sample' } };
  await eventually(() =>
    expect(cluster.client.create<KubeObject>(secrets, sample, { dryRun: true })).rejects.toThrow(
      'exceeded quota',
    ),
  );
}

test('a dry run tells that a Secret is there from its name alone, and stores nothing', async () => {
  const shop = await namespace('dry-run');
  const job = await makeJob(shop, 'logger-a');
  const trial = () => cluster.client.create<KubeObject>(secrets, secretOf(job), { dryRun: true });
  await trial();
  expect(await find(secrets, secretOf(job))).toBeUndefined();
  await cluster.client.create<KubeObject>(secrets, secretOf(job));
  await expect(trial()).rejects.toMatchObject({ status: 409, reason: 'AlreadyExists' });
});

test('the controller that leads sweeps by itself', async () => {
  const job = await makeJob(await namespace('by-itself'), 'logger-a');
  // A first sweep that finds it too young would count only the Jobs of the tests before.
  await eventually(() => {
    const age = { now: systemClock.now(), ageMs: 1000 };
    expect(isSweepable(job, age)).toBe(true);
  });
  const { clock, passes } = heldClock();
  const config = loadConfig(configSchema, {
    ...{ METRICS_PORT: '0', KUBECONFIG: cluster.server.kubeconfig, LEASE_RETRY_PERIOD: '200ms' },
    ...{ SWEEP_AGE: '1s', SWEEP_INTERVAL: '1s' },
  });
  const time = { ...clock, sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal) };
  const parts = { config, logger: recordingLogger(), identity: 'sweeper', random: Math.random };
  const app = createApp({ ...parts, clock: time });
  await app.start();
  try {
    await eventually(async () => {
      const metrics = await (await fetch(`http://127.0.0.1:${app.metricsPort()}/metrics`)).text();
      expect(metrics).toMatch(/event_sinks_sweep_jobs_total\{result="waiting"\} [1-9]/);
      expect(metrics).toContain('event_sinks_sweeps_total{outcome="complete"}');
    });
    expect(await isThere(jobs, job)).toBe(true);
    // It loses the lease over this, takes it again, and remembers.
    passes(knownMissingMs);
    await eventually(
      async () => {
        expect(await isThere(jobs, job)).toBe(false);
      },
      { timeoutMs: 30_000 },
    );
  } finally {
    await app.stop();
  }
});
