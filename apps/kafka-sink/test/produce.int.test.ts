import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kafkaSinkResource } from '@event-sinks/crds';
import { configMaps, type KubeObject } from '@event-sinks/kube';
import {
  eventually,
  oneLine,
  servedUrl,
  type SinkServer,
  startTestKafka,
  stored,
  type TestKafka,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { startCountingProxy } from './counting-proxy.ts';
import { eventHeaders, post, startProducer } from './producer.ts';

let cluster: Cluster;
let kafka: TestKafka;
let producer: SinkServer;

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
  producer = await startProducer(cluster.server.kubeconfig);
}, 180_000);

afterAll(async () => {
  await producer.stop();
  await kafka.close();
  await cluster.close();
});

/** A topic and a KafkaSink of the same name, which is served. */
async function servedSink(topic: string, spec: object = {}): Promise<{ sink: KubeObject; url: string }> {
  await kafka.createTopic({ topic, partitions: 3 });
  const sink = await cluster.kafkaSink(topic, { topic, bootstrapServers: [kafka.bootstrap], ...spec });
  return { sink, url: await servedUrl(producer.url, sink) };
}

const headersOf = (record: { headers: readonly (readonly [string, Buffer])[] } | undefined) =>
  Object.fromEntries((record?.headers ?? []).map(([name, value]) => [name, value.toString()]));

interface GoldenCase {
  readonly in: { readonly headers: readonly string[]; readonly body: string };
  readonly key: string | null;
  readonly binary: {
    readonly headers: readonly (readonly [string, string])[];
    readonly value: string | null;
  };
  readonly structured: string;
}

const goldenFile = new URL('../../../libs/cloudevents/test/golden/kafka-binding.json', import.meta.url);
const golden = JSON.parse(readFileSync(goldenFile, 'utf8')) as GoldenCase[];

/** Node's list of alternating names and values, as an object. */
const headerObject = (list: readonly string[]) =>
  Object.fromEntries(list.flatMap((name, at) => (at % 2 === 0 ? [[name, list[at + 1] ?? '']] : [])));

describe('a record', () => {
  test.each(['binary', 'structured'] as const)(
    'of a %s sink is what the golden file says',
    async (contentMode) => {
      await kafka.createTopic({ topic: contentMode });
      const spec = { topic: contentMode, bootstrapServers: [kafka.bootstrap], contentMode };
      const url = await servedUrl(producer.url, await cluster.kafkaSink(contentMode, spec));
      for (const { in: sent } of golden)
        // As bytes: of a string, fetch would say that it is text/plain where the event has no type.
        expect(await post(url, headerObject(sent.headers), Buffer.from(sent.body))).toEqual(stored);

      const records = await kafka.consume(contentMode, golden.length);
      const expected = golden.map(({ key, binary, structured }) => {
        if (contentMode === 'binary')
          return { key, value: binary.value, headers: Object.fromEntries(binary.headers) };
        const traced = binary.headers.filter(([name]) => name.startsWith('trace'));
        const headers = { 'content-type': 'application/cloudevents+json', ...Object.fromEntries(traced) };
        return { key, value: structured, headers };
      });
      expect(
        records.map((record) => ({
          key: record.key?.toString() ?? null,
          value: record.value?.toString() ?? null,
          headers: headersOf(record),
        })),
      ).toEqual(expected);
    },
  );

  test('carries bytes of any kind as they are, and without data no value, without partitionkey no key', async () => {
    const { url } = await servedSink('bytes');
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const headers = eventHeaders({ 'content-type': 'application/octet-stream' });
    expect(await post(url, headers, bytes)).toEqual(stored);
    const bare = Object.entries(headers).filter(([name]) => name !== 'content-type');
    expect(await post(url, Object.fromEntries(bare), new Uint8Array())).toEqual(stored);

    const records = await kafka.consume('bytes', 2);
    expect(records.map(({ key }) => key)).toEqual([null, null]);
    const values = records.map(({ value }) => value);
    expect(values).toContainEqual(Buffer.from(bytes));
    expect(values).toContain(null);
    for (const record of records) expect(headersOf(record)).toMatchObject({ ce_id: '1' });
  });
});

describe('a batch', () => {
  const batch = { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' };
  const element = (id: number, more: { data?: unknown; source?: string } = {}) => ({
    ...{ specversion: '1.0', id: String(id), source: '/shop/till', type: 'order.placed' },
    ...{ partitionkey: 'customer-7', ...more },
  });

  test('is 202 once each of its events is a record, in their order, with the trace of the request', async () => {
    const { url } = await servedSink('batched');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const events = Array.from({ length: 200 }, (_, id) => element(id, { data: { id } }));
    expect(await post(url, { ...batch, traceparent }, JSON.stringify(events))).toEqual(stored);
    expect(await post(url, batch, '[]')).toEqual(stored);
    const records = await kafka.consume('batched', 200);
    expect(records.map(({ value }) => value?.toString())).toEqual(
      events.map(({ data }) => JSON.stringify(data)),
    );
    for (const record of records)
      expect(headersOf(record)).toMatchObject({ traceparent, ce_type: 'order.placed' });
    expect(await kafka.recordCount('batched')).toBe(200);
  });

  test('that has one event too large for the topic is refused for good, and one that is no batch writes nothing', async () => {
    await kafka.createTopic({ topic: 'small', config: { 'max.message.bytes': '2000' } });
    const sink = await cluster.kafkaSink('small', { topic: 'small', bootstrapServers: [kafka.bootstrap] });
    const url = await servedUrl(producer.url, sink);
    const broken = JSON.stringify([element(1), element(2, { source: '' })]);
    expect(await post(url, batch, broken)).toMatchObject({ status: 400, reason: 'InvalidAttribute' });
    const large = JSON.stringify([element(1), element(2, { data: 'x'.repeat(3_000) }), element(3)]);
    expect(await post(url, batch, large)).toMatchObject({
      status: 413,
      reason: 'EventTooLarge',
      body: expect.stringMatching(oneLine),
    });
    const many = JSON.stringify(Array.from({ length: 1_001 }, (_, id) => element(id)));
    expect(await post(url, batch, many)).toMatchObject({ status: 413, reason: 'EventTooLarge' });
    const ids = (await kafka.consume('small', 2)).map((record) => headersOf(record)['ce_id']);
    expect(ids).toEqual(['1', '3']);
    expect(await kafka.recordCount('small')).toBe(2);
  });
});

describe('a sink that cannot take events now', () => {
  test('because nobody made it is 404', async () => {
    expect(await post(`${producer.url}/shop/nobody`)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
  });

  test('because its topic is missing is 503, and taken once the topic is there, which nobody creates for it', async () => {
    const sink = await cluster.kafkaSink('late-topic', {
      topic: 'late-topic',
      bootstrapServers: [kafka.bootstrap],
    });
    const url = await servedUrl(producer.url, sink);
    const answer = await post(url);
    expect(answer).toMatchObject({
      status: 503,
      reason: 'TopicNotFound',
      body: expect.stringMatching(oneLine),
    });
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
    expect(await kafka.listTopics()).not.toContain('late-topic');
    await kafka.createTopic({ topic: 'late-topic' });
    await eventually(async () => {
      expect(await post(url)).toEqual(stored);
    });
    expect(await kafka.recordCount('late-topic')).toBe(1);
  });

  test('because its Secret is missing is 503 and meets no broker', async () => {
    const bystander = await startCountingProxy(kafka.bootstrap);
    await cluster.kafkaSink('log-in', {
      topic: 'log-in',
      bootstrapServers: [bystander.address],
      auth: { secret: { ref: { name: 'kafka-login' } } },
    });
    await eventually(async () => {
      expect(await post(`${producer.url}/shop/log-in`)).toMatchObject({
        status: 503,
        reason: 'CredentialsNotReady',
        body: expect.stringMatching(oneLine),
      });
    });
    expect(bystander.connections()).toBe(0);
    await bystander.close();
  });

  test('because its brokers never answer does not hold up another’s events', async () => {
    const silent = await startCountingProxy();
    const stuck = await cluster.kafkaSink('stuck', { topic: 'stuck', bootstrapServers: [silent.address] });
    const { url } = await servedSink('lively');
    expect(await post(url)).toEqual(stored);
    const stuckUrl = await servedUrl(producer.url, stuck);
    const waiting = Array.from({ length: 20 }, () => post(stuckUrl));
    await eventually(() => {
      expect(silent.connections()).toBeGreaterThan(0);
    });
    const startedAt = performance.now();
    expect(await post(url)).toEqual(stored);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    for (const answer of await Promise.all(waiting))
      expect(answer).toMatchObject({ status: 503, body: expect.stringMatching(oneLine) });
    await silent.close();
  });
});

test('two sinks of one cluster share a producer, and so its connections', async () => {
  await kafka.createTopic({ topic: 'shared' });
  const proxy = await startCountingProxy(kafka.bootstrap);
  const spec = { topic: 'shared', bootstrapServers: [proxy.address] };
  const sinks = [await cluster.kafkaSink('first', spec), await cluster.kafkaSink('second', spec)];
  for (const sink of sinks) expect(await post(await servedUrl(producer.url, sink))).toEqual(stored);
  expect(await kafka.recordCount('shared')).toBe(2);
  expect(proxy.connections()).toBe(1);
  await proxy.close();
});

test('events are refused while security is asked for that is not enforced, and stored after that', async () => {
  const { sink, url } = await servedSink('guarded');
  const { url: openUrl } = await servedSink('open');
  const becomes = (answer: object, at = url): Promise<void> =>
    eventually(async () => {
      expect(await post(at)).toMatchObject(answer);
    });
  const refused = { status: 503, reason: 'AuthorizationNotSupported' };

  const target = { namespace: 'knative-eventing', name: 'config-features' };
  await cluster.server.kubectl(['create', 'namespace', target.namespace]);
  const data = ['--from-literal=authentication-oidc=Enabled', '-n', target.namespace];
  await cluster.server.kubectl(['create', 'configmap', target.name, ...data]);
  await becomes(refused);
  const before = await kafka.recordCount('guarded');
  expect(await post(url)).toMatchObject(refused);
  expect(await kafka.recordCount('guarded')).toBe(before);
  await cluster.client.delete(configMaps, target);
  await becomes(stored);

  const write = async (policies: readonly object[]): Promise<void> => {
    const { namespace = '', name } = sink.metadata;
    const { metadata } = await cluster.client.get<KubeObject>(kafkaSinkResource, { namespace, name });
    const version = { namespace, name, resourceVersion: metadata.resourceVersion ?? '' };
    await cluster.client.patchStatus(kafkaSinkResource, version, { policies });
  };
  await write([{ apiVersion: 'eventing.knative.dev/v1alpha1', name: 'only-billing' }]);
  await becomes(refused);
  expect(await post(openUrl)).toEqual(stored);
  await write([]);
  await becomes(stored);
});
