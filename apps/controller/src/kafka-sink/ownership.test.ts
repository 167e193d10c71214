import { describe, expect, test } from '@jest/globals';
import { kafkaSinkFinalizer, kafkaSinkResource } from '@event-sinks/crds';
import { KubeApiError, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { systemClock, TroubleLog } from '@event-sinks/runtime';
import { recordingLogger } from '@event-sinks/testing';
import { createStatusWriter } from '../adapters/status-writer.ts';
import type { Brokers } from './brokers.ts';
import { createKafkaSinkFinalizer } from './finalize.ts';
import { createKafkaSinkReconciler } from './reconcile.ts';
import { createSinkWriter } from './sink-writer.ts';
import { createTopicWatch } from './topic-watch.ts';

/*
 * The controller is killed at every call it makes, before the call has an effect and after it, while somebody else does
 * what hurts most. Whatever happens, nobody else's topic is deleted, and the sink can always be deleted.
 */

class Killed extends Error {}

/** Counts calls and kills at one of them. */
class Gallows {
  calls = 0;
  #at: number;
  readonly #isAfter: boolean;

  constructor(at: number, isAfter: boolean) {
    this.#at = at;
    this.#isAfter = isAfter;
  }

  async pass<T>(work: () => T): Promise<T> {
    this.calls += 1;
    const isHere = this.calls === this.#at;
    if (isHere && !this.#isAfter) throw new Killed();
    const result = work();
    await Promise.resolve();
    if (isHere) throw new Killed();
    return result;
  }

  hasStruck(): boolean {
    return this.calls >= this.#at;
  }

  spare(): void {
    this.#at = Infinity;
  }
}

class FakeKafka {
  readonly topics = new Map<string, { readonly id: string; readonly by: string }>();
  readonly deleted: string[] = [];
  #count = 0;

  create(topic: string, by: string): string | undefined {
    if (this.topics.has(topic)) return undefined;
    this.#count += 1;
    const id = `id-${this.#count}`;
    this.topics.set(topic, { id, by });
    return id;
  }

  delete(id: string): boolean {
    for (const [topic, each] of this.topics) {
      if (each.id !== id) continue;
      this.topics.delete(topic);
      this.deleted.push(each.by);
      return true;
    }
    return false;
  }
}

function conflict(): KubeApiError {
  return new KubeApiError({ message: 'changed', status: 409, reason: 'Conflict' });
}

type Patch = Readonly<Record<string, Record<string, unknown>>>;

/** One sink at an API server. */
class FakeApi {
  object: KubeObject | undefined;
  #version = 1;

  constructor(spec: object) {
    const { apiVersion, kind } = kafkaSinkResource;
    const metadata = { namespace: 'shop', name: 'orders', uid: 'uid-1', generation: 1, resourceVersion: '1' };
    this.object = { apiVersion, kind, metadata, spec };
  }

  get(): KubeObject {
    if (this.object === undefined)
      throw new KubeApiError({ message: 'gone', status: 404, reason: 'NotFound' });
    return structuredClone(this.object);
  }

  patch({ resourceVersion }: { readonly resourceVersion: string }, patch: Patch): KubeObject {
    const before = this.get();
    if (before.metadata.resourceVersion !== resourceVersion) throw conflict();
    this.#version += 1;
    const metadata = { ...before.metadata, ...patch['metadata'], resourceVersion: String(this.#version) };
    const status = before['status'] as Record<string, unknown> | undefined;
    const annotations = {
      ...(status?.['annotations'] as object | undefined),
      ...(patch['status']?.['annotations'] as object | undefined),
    };
    const changed = { ...before, metadata, status: { ...status, ...patch['status'], annotations } };
    const isGone = metadata.deletionTimestamp !== undefined && metadata.finalizers?.length === 0;
    this.object = isGone ? undefined : changed;
    return structuredClone(changed);
  }

  delete(): void {
    if (this.object === undefined) return;
    const { metadata } = this.object;
    if ((metadata.finalizers ?? []).length === 0) this.object = undefined;
    else
      this.object = {
        ...this.object,
        metadata: { ...metadata, deletionTimestamp: new Date().toISOString() },
      };
  }
}

/** A controller process; what it has in memory goes with it. */
function startProcess(kafka: FakeKafka, api: FakeApi, gallows: Gallows) {
  const brokers: Brokers = {
    describe: (_cluster, topic) =>
      gallows.pass(() => {
        const found = kafka.topics.get(topic);
        if (found === undefined) return { state: 'missing' };
        return { state: 'found', partitions: 1, replicationFactor: 1, id: found.id };
      }),
    create: (_cluster, topic) =>
      gallows.pass(() => {
        const id = kafka.create(topic, 'sink');
        return id === undefined ? { outcome: 'exists' } : { outcome: 'created', id };
      }),
    delete: (_cluster, id) => gallows.pass(() => (kafka.delete(id) ? 'deleted' : 'missing')),
  };
  const client = {
    get: () => gallows.pass(() => api.get()),
    patch: (_resource: unknown, target: { resourceVersion: string }, patch: Patch) =>
      gallows.pass(() => api.patch(target, patch)),
    patchStatus: (_resource: unknown, target: { resourceVersion: string }, status: Record<string, unknown>) =>
      gallows.pass(() => api.patch(target, { status })),
  } as unknown as KubeClient;
  const logger = recordingLogger();
  const recorder = { record: () => undefined };
  const fence = (): void => undefined;
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const topicWatch = createTopicWatch({
    ...{ brokers, clock, logger, freshMs: 1_000, mostMs: 1_000, random: Math.random },
    ...{ limits: { total: 4, perCluster: 4 }, wake: () => undefined },
  });
  const parts = {
    ...{ brokers, topicWatch, recorder, fence, clock, troubles: new TroubleLog({ clock }) },
    dataPlane: { view: () => Promise.resolve({ readyPods: 1, serving: 1 }) },
    readCredentials: () => Promise.resolve({ view: { state: 'none' } as const }),
    sinkWriter: createSinkWriter({ client, fence, clock }),
  };
  const surroundings = {
    namespaceOf: () => gallows.pass(() => 'staying' as const),
    userOf: () => gallows.pass(() => false as const),
  };
  const limits = { timeMs: 60_000, tries: 20 };
  const finalizer = createKafkaSinkFinalizer({ ...parts, surroundings, limits });
  const reconcile = createKafkaSinkReconciler({
    ...parts,
    service: { service: 's', systemNamespace: 'n', clusterDomain: 'c' },
    statusWriter: createStatusWriter({ client, resource: kafkaSinkResource, fence, recorder }),
    gate: { refusal: () => undefined, isAccepted: () => false },
    times: { readyMs: 1, notReadyMs: 1, notReadyMostMs: 1 },
    recheck: { after: () => ({ requeueAfterMs: 1 }), forget: () => undefined },
  });
  return async (): Promise<void> => {
    const { object } = api;
    if (object === undefined) return;
    const context = { logger, signal: new AbortController().signal };
    const copy = structuredClone(object);
    if (copy.metadata.deletionTimestamp === undefined) await reconcile(copy, context);
    else await finalizer.finalize(copy, context);
    // Lets the brokers answer, which would wake the sink.
    await new Promise((resolve) => setImmediate(resolve));
  };
}

const created = {
  ...{ topic: 'orders', bootstrapServers: ['kafka:9092'], contentMode: 'binary' },
  ...{ numPartitions: 1, replicationFactor: 1 },
};

/** What somebody else does between the death of one process and the start of the next. */
const intruders: Readonly<Record<string, (kafka: FakeKafka) => void>> = {
  'nobody interferes': () => undefined,
  'somebody creates the topic': (kafka) => {
    kafka.create('orders', 'intruder');
  },
  'somebody deletes the topic and creates another': (kafka) => {
    kafka.topics.delete('orders');
    kafka.create('orders', 'intruder');
  },
  'somebody deletes the topic': (kafka) => {
    kafka.topics.delete('orders');
  },
};

interface Life {
  readonly kafka: FakeKafka;
  readonly api: FakeApi;
  readonly gallows: Gallows;
}

/** A sink is made, lives, is deleted; the process that looks after it is killed once, at the call that is asked for. */
async function live(at: number, isAfter: boolean, intrude: (kafka: FakeKafka) => void): Promise<Life> {
  const life = { kafka: new FakeKafka(), api: new FakeApi(created), gallows: new Gallows(at, isAfter) };
  const { kafka, api, gallows } = life;
  let pass = startProcess(kafka, api, gallows);
  const passes = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const wasAlive = !gallows.hasStruck();
      // A call that was killed within an effect is caught there; that process ends all the same.
      await pass().catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      if (!wasAlive || !gallows.hasStruck()) continue;
      gallows.spare();
      intrude(kafka);
      pass = startProcess(kafka, api, gallows);
    }
  };
  await passes(14);
  api.delete();
  await passes(14);
  return life;
}

test('undisturbed, the topic is created with the sink and deleted with it', async () => {
  const { kafka, api } = await live(Infinity, false, () => undefined);
  expect(api.object).toBeUndefined();
  expect(kafka.deleted).toEqual(['sink']);
  expect(kafka.topics.size).toBe(0);
});

describe.each(Object.keys(intruders))('killed at any call, and %s', (name) => {
  test.each([
    ['before', false],
    ['after', true],
  ])('%s its effect: no topic of others is deleted, and the sink goes', async (_when, isAfter) => {
    const { gallows } = await live(Infinity, false, () => undefined);
    expect(gallows.calls).toBeGreaterThan(8);
    for (let at = 1; at <= gallows.calls; at += 1) {
      const { kafka, api } = await live(at, isAfter, intruders[name] ?? (() => undefined));
      expect({ at, deleted: kafka.deleted }).not.toMatchObject({
        deleted: expect.arrayContaining(['intruder']) as unknown,
      });
      expect({ at, object: api.object }).toEqual({ at, object: undefined });
    }
  });
});

test('a topic that was there is neither held nor deleted', async () => {
  const life = { kafka: new FakeKafka(), api: new FakeApi(created) };
  life.kafka.create('orders', 'somebody');
  const pass = startProcess(life.kafka, life.api, new Gallows(Infinity, false));
  for (let index = 0; index < 8; index += 1) await pass();
  expect(life.api.object?.metadata.finalizers ?? []).not.toContain(kafkaSinkFinalizer);
  life.api.delete();
  expect(life.api.object).toBeUndefined();
  expect(life.kafka.topics.get('orders')?.by).toBe('somebody');
});
