import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendFromPod } from '../support/sender.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

describe('a KafkaSink on a real cluster', () => {
  let target: TestCluster;
  let topic: string;
  beforeAll(async () => {
    target = await openTestCluster();
    topic = target.namespace;
    await target.cluster.ensureTopic(topic, 3);
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(kafkaSink('orders', topic)));
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'kafkasink/orders']);
  });
  afterAll(() => target.close());

  const kafkaSink = (name: string, toTopic: string, spec: object = {}): object => ({
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name },
    spec: { topic: toTopic, bootstrapServers: ['my-cluster-kafka-bootstrap.kafka:9092'], ...spec },
  });
  const urlOf = (name: string): string =>
    `http://kafka-sink-ingress.knative-eventing.svc.cluster.local/${target.namespace}/${name}`;

  test('writes every event once, with attributes as headers and one key’s records in one partition', async () => {
    const plan = {
      url: urlOf('orders'),
      count: 50,
      prefix: 'order',
      inFlight: 8,
      headers: { 'ce-partitionkey': 'customer-7' },
    };
    expect(await sendFromPod(target, 'sender', plan)).toEqual({ statuses: { 202: 50 }, failures: {} });
    const records = await target.cluster.consume(topic, 50);
    const ids = records.map(({ headers }) => headers.find(([name]) => name === 'ce_id')?.[1].toString());
    expect(new Set(ids).size).toBe(50);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    for (const { key, value, headers } of records) {
      const attributes = Object.fromEntries(headers.map(([name, text]) => [name, text.toString()]));
      expect(key?.toString()).toBe('customer-7');
      expect(value?.toString()).toBe(JSON.stringify({ id: attributes['ce_id'] }));
      expect(attributes).toMatchObject({
        ce_source: '/e2e',
        ce_type: 'e2e',
        ce_specversion: '1.0',
        'content-type': 'application/json',
      });
    }
    expect(await target.cluster.countRecords(topic)).toBe(50);
  });

  test('says in its condition that the topic is missing, and is ready once it is there', async () => {
    const late = `${topic}-late`;
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(kafkaSink('late', late)));
    await target.kubectl([
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=TopicNotFound',
      '--timeout=60s',
      'kafkasink/late',
    ]);
    await target.cluster.ensureTopic(late, 1);
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'kafkasink/late']);
  });

  test('says so when the brokers cannot be reached', async () => {
    const sink = kafkaSink('nowhere', topic, { bootstrapServers: ['nobody.invalid:9092'] });
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(sink));
    await target.kubectl([
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="TopicReady")].reason}=BrokerHostUnknown',
      '--timeout=60s',
      'kafkasink/nowhere',
    ]);
    const plan = { url: urlOf('nowhere'), count: 1, prefix: 'lost', inFlight: 1 };
    expect(await sendFromPod(target, 'sender-503', plan)).toEqual({ statuses: { 503: 1 }, failures: {} });
  });
});
