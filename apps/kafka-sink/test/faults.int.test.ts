import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Answer,
  eventually,
  freePorts,
  oneLine,
  servedUrl,
  startTestKafka,
  stored,
  type TestKafka,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startProducer, startProducerProcess } from './producer.ts';

let cluster: Cluster;
let kafka: TestKafka;

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
}, 180_000);

afterAll(async () => {
  await kafka.close();
  await cluster.close();
});

const deadlineMs = 3_000;

describe('a broker', () => {
  const startServed = async (name: string) => {
    await kafka.createTopic({ topic: name });
    const sink = await cluster.kafkaSink(name, { topic: name, bootstrapServers: [kafka.bootstrap] });
    const producer = await startProducer(cluster.server.kubeconfig, { REQUEST_DEADLINE: `${deadlineMs}ms` });
    const url = await servedUrl(producer.url, sink);
    expect(await post(url)).toEqual(stored);
    return { producer, url };
  };
  /** 503 with the time to wait, before the deadline and a little; the codes are those of a cluster out of reach. */
  const expectRefusedInTime = async (url: string): Promise<void> => {
    const startedAt = performance.now();
    const answer = await post(url, eventHeaders({ 'ce-id': 'refused' }));
    expect(performance.now() - startedAt).toBeLessThan(deadlineMs + 500);
    expect(answer).toMatchObject({ status: 503, body: expect.stringMatching(oneLine) });
    expect(['KafkaUnavailable', 'DeadlineExceeded']).toContain(answer.reason);
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
  };
  const expectRecovery = (url: string): Promise<void> =>
    eventually(
      async () => {
        expect(await post(url, eventHeaders({ 'ce-id': 'recovered' }))).toEqual(stored);
      },
      { timeoutMs: 20_000 },
    );

  test('that is gone is 503 in time, and events are taken after its return, without a restart', async () => {
    const { producer, url } = await startServed('gone');
    await kafka.stop();
    await expectRefusedInTime(url);
    await expectRefusedInTime(url);
    expect((await fetch(`${producer.url}/healthz`)).status).toBe(200);
    await kafka.start();
    await expectRecovery(url);
    await producer.stop();
  });

  test('that hangs is 503 at the deadline, and events are taken once it goes on', async () => {
    const { producer, url } = await startServed('hangs');
    await kafka.pause();
    try {
      await expectRefusedInTime(url);
    } finally {
      kafka.resume();
    }
    await expectRecovery(url);
    await producer.stop();
  });
});

test('SIGTERM under load: every event is answered 202 on an unbroken connection, and each is one record', async () => {
  await kafka.createTopic({ topic: 'drained', partitions: 3 });
  const sink = await cluster.kafkaSink('drained', { topic: 'drained', bootstrapServers: [kafka.bootstrap] });
  const [port = 0] = await freePorts(1);
  const env = { KUBECONFIG: cluster.server.kubeconfig, DRAIN_DELAY: '10s' };
  const producer = await startProducerProcess(port, env);
  const url = await servedUrl(producer.url, sink);
  const answers: (Answer | { readonly failed: unknown })[] = [];
  let routed = true;
  let next = 0;
  const send = async (): Promise<void> => {
    while (routed) {
      const headers = eventHeaders({ 'ce-id': String((next += 1)) });
      answers.push(await post(url, headers).catch((failed: unknown) => ({ failed })));
    }
  };
  const senders = Array.from({ length: 16 }, send);
  await eventually(() => {
    expect(answers.length).toBeGreaterThan(200);
  });
  const ended = producer.end('SIGTERM');
  // Readiness goes first; the endpoints, and with them the senders, follow later.
  await eventually(async () => {
    expect((await fetch(`${producer.url}/readyz`)).status).toBe(503);
  });
  const whenUnready = answers.length;
  await eventually(() => {
    expect(answers.length).toBeGreaterThan(whenUnready + 200);
  });
  routed = false;
  await Promise.all(senders);
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(answers).toEqual(answers.map(() => stored));
  expect(await kafka.recordCount('drained')).toBe(answers.length);
});
