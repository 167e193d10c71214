import { describe, expect, test } from '@jest/globals';
import { kafkaSinkResource } from '@event-sinks/crds';
import { SinkError, type ErrorCode } from '@event-sinks/errors';
import type { KubeClient, KubeObject } from '@event-sinks/kube';
import { createReconcileLoop } from '@event-sinks/reconciler';
import { TroubleLog } from '@event-sinks/runtime';
import { FakeTime, recordingLogger } from '@event-sinks/testing';
import { createSinkRecheck } from '../adapters/sink-recheck.ts';
import { createStatusWriter } from '../adapters/status-writer.ts';
import type { SinkEvent } from '../domain/ready-event.ts';
import type { TopicView } from '../domain/topic.ts';
import type { Brokers } from './brokers.ts';
import { createKafkaSinkReconciler } from './reconcile.ts';
import { createSinkWriter } from './sink-writer.ts';
import { createTopicWatch } from './topic-watch.ts';

/*
 * Minutes in the life of sinks that are not ready, in time that is only pretended: how often the brokers, the API server
 * and the log hear of it. A directory behind the brokers locks an account after a few wrong passwords.
 */

const minuteMs = 60_000;
const times = { readyMs: 20_000, notReadyMs: 1_000, notReadyMostMs: 25_000 };
const namespace = 'shop';

interface World {
  /** What the brokers say about a topic. */
  answer: (topic: string) => TopicView;
  /** The version of the one Secret. */
  version: string;
}

function refuse(code: ErrorCode): () => never {
  return () => {
    throw new SinkError(code);
  };
}

/** A controller with so many sinks, all of which name the same Secret. */
function startController(count: number, world: World) {
  const time = new FakeTime();
  const clock = time.clock();
  const random = (): number => 0.5;
  const logger = recordingLogger();
  const seen = { questions: 0, secretReads: 0, events: [] as SinkEvent[] };
  const sinks = new Map<string, KubeObject>();
  const sinkOf = (key: string): KubeObject => {
    const sink = sinks.get(key);
    if (sink === undefined) throw new Error(`there is no ${key}`);
    return sink;
  };
  for (let index = 0; index < count; index += 1) {
    const { apiVersion, kind } = kafkaSinkResource;
    const name = `sink-${index}`;
    const metadata = { namespace, name, uid: `uid-${index}`, generation: 1, resourceVersion: '1' };
    const auth = { secret: { ref: { name: 'login' } } };
    const spec = { topic: name, bootstrapServers: ['kafka:9092'], contentMode: 'binary', auth };
    sinks.set(`${namespace}/${name}`, { apiVersion, kind, metadata, spec });
  }
  const client = {
    patchStatus: (_resource: unknown, { name }: { name: string }, status: unknown) => {
      const key = `${namespace}/${name}`;
      sinks.set(key, { ...sinkOf(key), status });
      loop.enqueue(key);
      return Promise.resolve();
    },
  } as unknown as KubeClient;
  const brokers: Pick<Brokers, 'describe'> = {
    describe: async (_cluster, topic) => {
      seen.questions += 1;
      await clock.sleep(50);
      return world.answer(topic);
    },
  };
  const recorder = { record: (_sink: KubeObject, event: SinkEvent) => void seen.events.push(event) };
  const fence = (): void => undefined;
  const topicWatch = createTopicWatch({
    ...{ clock, random, logger, freshMs: times.notReadyMs, mostMs: times.notReadyMostMs },
    ...{ brokers: brokers as Brokers, limits: { total: 64, perCluster: 4 } },
    wake: ({ name }) => {
      loop.enqueue(`${namespace}/${name}`);
    },
  });
  const reconcile = createKafkaSinkReconciler({
    ...{ brokers: brokers as Brokers, topicWatch, recorder, fence, clock, times },
    troubles: new TroubleLog({ clock }),
    dataPlane: { view: () => Promise.resolve({ readyPods: 1, serving: 1 }) },
    gate: { refusal: () => undefined, isAccepted: () => false },
    readCredentials: () => {
      seen.secretReads += 1;
      const { version } = world;
      const password = { protocol: 'SASL_PLAINTEXT', sasl: { user: 'u', password: version } } as never;
      return Promise.resolve({ view: { state: 'usable', notes: [] }, security: password, version });
    },
    sinkWriter: createSinkWriter({ client, fence, clock }),
    service: { service: 's', systemNamespace: 'n', clusterDomain: 'c' },
    statusWriter: createStatusWriter({ client, resource: kafkaSinkResource, fence, recorder }),
    recheck: createSinkRecheck({ times, recorder, clock, random }),
  });
  const loop = createReconcileLoop({
    ...{ name: 'kafkasink', workers: 8, clock, random, logger },
    reconcile: (key, context) => reconcile(sinkOf(key), context),
  });
  for (const key of sinks.keys()) loop.enqueue(key);
  loop.start(new AbortController().signal);
  const told = () => logger.lines.filter(({ level }) => level === 'warn' || level === 'error');
  const wakeAll = (): void => {
    for (const key of sinks.keys()) loop.enqueue(key);
  };
  const readiness = (): unknown[] =>
    [...sinks.values()].map(({ status }) => {
      const { conditions } = status as { conditions: { type: string; status: string }[] };
      return conditions.find(({ type }) => type === 'Ready')?.status;
    });
  return { time, seen, told, wakeAll, readiness };
}

describe('credentials that the brokers refuse', () => {
  test('one sink tries them less and less often: fewer than 10 times in the first minute, then 4 a minute', async () => {
    const { time, seen } = startController(1, { answer: refuse('CredentialsRefused'), version: '1' });
    await time.advance(minuteMs);
    expect(seen.questions).toBeLessThan(10);
    const before = seen.questions;
    await time.advance(10 * minuteMs);
    expect(seen.questions - before).toBeLessThanOrEqual(40);
    // And at least every 30 s.
    expect(seen.questions - before).toBeGreaterThanOrEqual(20);
  });

  test('many sinks that share them try them no more often than one', async () => {
    const { time, seen } = startController(20, { answer: refuse('CredentialsRefused'), version: '1' });
    // As many at once as one cluster may be asked, before the first answer is there.
    await time.advance(2_000);
    expect(seen.questions).toBeLessThanOrEqual(6);
    const before = seen.questions;
    await time.advance(10 * minuteMs);
    expect(seen.questions - before).toBeLessThanOrEqual(45);
  });

  test('whatever wakes a sink does not make it try again', async () => {
    const { time, seen, wakeAll } = startController(3, {
      answer: refuse('CredentialsRefused'),
      version: '1',
    });
    await time.advance(5 * minuteMs);
    const before = seen.questions;
    for (let second = 0; second < 60; second += 1) {
      wakeAll();
      await time.advance(1_000);
    }
    expect(seen.questions - before).toBeLessThanOrEqual(5);
  });

  test('a changed Secret is tried as soon as it is read, and the first that gets in lets all others in', async () => {
    const world: World = { answer: refuse('CredentialsRefused'), version: '1' };
    const { time, readiness } = startController(5, world);
    await time.advance(10 * minuteMs);
    expect(readiness()).toEqual(Array(5).fill('False'));
    world.version = '2';
    world.answer = () => ({ state: 'found', partitions: 1, replicationFactor: 1 });
    await time.advance(30_000);
    expect(readiness()).toEqual(Array(5).fill('True'));
  });

  test('brokers that take them again are noticed within 30 s, for all sinks', async () => {
    const world: World = { answer: refuse('CredentialsRefused'), version: '1' };
    const { time, readiness } = startController(5, world);
    await time.advance(10 * minuteMs);
    world.answer = () => ({ state: 'found', partitions: 1, replicationFactor: 1 });
    await time.advance(30_000);
    expect(readiness()).toEqual(Array(5).fill('True'));
  });
});

describe('what is wrong with the topic of one sink', () => {
  test.each<ErrorCode>(['KafkaUnavailable', 'CredentialsRefused'])(
    'is not held against another on the same brokers: %s',
    async (code) => {
      const good: TopicView = { state: 'found', partitions: 1, replicationFactor: 1 };
      const world: World = {
        answer: (topic) => (topic === 'sink-0' ? refuse(code)() : good),
        version: '1',
      };
      const { time, readiness, wakeAll } = startController(2, world);
      for (let second = 0; second < 120; second += 1) {
        await time.advance(1_000);
        wakeAll();
        expect(readiness()).toEqual(['False', 'True']);
      }
    },
  );

  test('is asked about less and less often although others are well', async () => {
    const good: TopicView = { state: 'found', partitions: 1, replicationFactor: 1 };
    let questions = 0;
    const bad = (): never => {
      questions += 1;
      return refuse('KafkaUnavailable')();
    };
    const { time } = startController(3, {
      answer: (topic) => (topic === 'sink-0' ? bad() : good),
      version: '1',
    });
    await time.advance(10 * minuteMs);
    expect(questions).toBeLessThanOrEqual(45);
  });
});

test('a topic that is there with a leader that cannot be reached is asked about less and less often', async () => {
  const trouble = { about: 'topic', reason: 'KafkaUnavailable', message: 'No leader.' } as const;
  const answer = (): TopicView => ({ state: 'found', partitions: 1, replicationFactor: 1, trouble });
  const { time, seen, wakeAll } = startController(1, { answer, version: '1' });
  await time.advance(5 * minuteMs);
  const before = seen.questions;
  for (let second = 0; second < 60; second += 1) {
    wakeAll();
    await time.advance(1_000);
  }
  expect(seen.questions - before).toBeLessThanOrEqual(5);
});

describe('a topic that is not there', () => {
  const missing = (): TopicView => ({ state: 'missing' });

  test('costs few questions, few reads of the Secret and few lines, each of which names the sink', async () => {
    const { time, seen, told } = startController(1, { answer: missing, version: '1' });
    await time.advance(10 * minuteMs);
    expect(seen.questions).toBeLessThanOrEqual(45);
    expect(seen.secretReads).toBeLessThanOrEqual(110);
    expect(told()).toHaveLength(2);
    for (const { fields } of told()) {
      expect(fields).toMatchObject({ namespace, name: 'sink-0', reason: 'TopicNotFound' });
    }
  });

  test('is told by one Event, although the sink was wrong from the start', async () => {
    const { time, seen } = startController(1, { answer: missing, version: '1' });
    await time.advance(10 * minuteMs);
    expect(seen.events.map(({ type, reason }) => [type, reason])).toEqual([['Warning', 'TopicNotFound']]);
  });
});

test('another reason is told at once, and that of before is told again when it comes back', async () => {
  const world: World = { answer: refuse('KafkaUnavailable'), version: '1' };
  const { time, told } = startController(1, world);
  const reasons = (): unknown[] => [...new Set(told().map(({ fields }) => fields['reason']))];
  await time.advance(minuteMs);
  expect(reasons()).toEqual(['KafkaUnavailable']);
  world.answer = refuse('CredentialsRefused');
  await time.advance(minuteMs);
  expect(reasons()).toEqual(['KafkaUnavailable', 'CredentialsRefused']);
  const lines = told().length;
  await time.advance(2 * minuteMs);
  expect(told()).toHaveLength(lines);
});
