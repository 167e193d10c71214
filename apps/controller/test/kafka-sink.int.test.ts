import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kafkaSinkResource } from '@event-sinks/crds';
import { events, type KubeObject } from '@event-sinks/kube';
import { eventually, startTestKafka, type TestKafka } from '@event-sinks/testing';
import { startSilentServer } from './silent-server.ts';
import { condition, startCluster, type Cluster, type Sink } from './cluster.ts';
import { startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';

let cluster: Cluster;
let kafka: TestKafka;
let controller: Controller;
let pod: FakePod;

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
  pod = await startFakePod(cluster.client, 'kafka-sink-ingress');
  controller = await startController(cluster.server.kubeconfig, 'only');
}, 180_000);

afterAll(async () => {
  await controller.stop();
  await pod.die();
  await kafka.close();
  await cluster.close();
});

const create = (name: string, spec: object = {}): Promise<Sink> =>
  cluster.create(kafkaSinkResource, name, { topic: name, bootstrapServers: [kafka.bootstrap], ...spec });

function becomes(name: string, ready: object, timeoutMs = 15_000): Promise<Sink> {
  return eventually(
    async () => {
      const sink = await cluster.read(kafkaSinkResource, name);
      expect(condition(sink, 'Ready')).toMatchObject(ready);
      return sink;
    },
    { timeoutMs },
  );
}

async function told(name: string): Promise<unknown[]> {
  const { items } = await cluster.client.list<KubeObject>(events, { namespace: 'shop' });
  const about = items.filter((each) => (each['regarding'] as { name?: string }).name === name);
  return about.map((each) => each['reason']).sort();
}

test('a KafkaSink with a topic that is there becomes ready and gets its address', async () => {
  await kafka.createTopic({ topic: 'orders', partitions: 2 });
  await create('orders');
  const { status } = await becomes('orders', { status: 'True' });
  const address = {
    name: 'http',
    url: 'http://kafka-sink-ingress.knative-eventing.svc.cluster.local/shop/orders',
  };
  expect(status).toMatchObject({ observedGeneration: 1, address, addresses: [address] });
  expect(status?.conditions?.map(({ type, status: is }) => `${type}=${is}`)).toEqual([
    'Addressable=True',
    'CredentialsReady=True',
    'DataPlaneAvailable=True',
    'EventPoliciesReady=True',
    'Ready=True',
    'TopicReady=True',
  ]);
  // Knative's controller, which may come next, counts conditions without a severity, and does not know this one.
  const informative = status?.conditions?.filter(({ severity }) => severity === 'Info');
  expect(informative?.map(({ type }) => type)).toEqual(['CredentialsReady']);
});

test('one whose producers do not serve it yet is not ready, whatever the brokers say', async () => {
  await kafka.createTopic({ topic: 'unserved' });
  pod.serves = () => false;
  await create('unserved');
  const sink = await becomes('unserved', { status: 'False', reason: 'NotServedYet' });
  expect(condition(sink, 'TopicReady')).toMatchObject({ status: 'True' });
  expect(sink.status?.address).toBeUndefined();
  pod.serves = () => true;
  await becomes('unserved', { status: 'True' });
});

test('one without its topic says so, creates none, and becomes ready once it is there', async () => {
  await create('missing');
  const sink = await becomes('missing', { status: 'False', reason: 'TopicNotFound' });
  expect(condition(sink, 'TopicReady')).toMatchObject({ status: 'False', reason: 'TopicNotFound' });
  expect(sink.status?.address).toBeUndefined();
  expect(await kafka.listTopics()).not.toContain('missing');
  // However often it is looked at, a person is told once.
  await controller.morePasses('kafkasink', 5);
  await kafka.createTopic({ topic: 'missing' });
  await becomes('missing', { status: 'True' });
  await eventually(async () => {
    expect(await told('missing')).toEqual(['Ready', 'TopicNotFound']);
  });
  const lines = controller.lines.filter(
    ({ level, fields }) => level === 'warn' && fields['name'] === 'missing',
  );
  expect(lines).toMatchObject([
    { message: 'A sink is not ready', fields: { namespace: 'shop', reason: 'TopicNotFound' } },
  ]);
});

test('brokers that swallow what they are sent hold up no sink of others', async () => {
  await kafka.createTopic({ topic: 'lively' });
  const silent = await startSilentServer();
  const dead = Array.from({ length: 20 }, (_, index) => `dead-${index}`);
  await Promise.all(dead.map((name) => create(name, { bootstrapServers: [silent.address] })));
  await create('lively');
  // A single question to the dead takes 3 s, and 20 of them one after another a minute.
  await becomes('lively', { status: 'True' }, 10_000);
  await Promise.all(dead.map((name) => becomes(name, { status: 'False', reason: 'BrokerTimeout' }, 10_000)));
  expect(silent.connections()).toBeLessThan(40);
  for (const name of dead) await cluster.client.delete(kafkaSinkResource, { namespace: 'shop', name });
  await silent.close();
});

test('brokers that go away turn it not ready, with its address kept, and ready again when they return', async () => {
  await kafka.createTopic({ topic: 'outage' });
  await create('outage');
  const before = await becomes('outage', { status: 'True' });
  await kafka.stop();
  const reason = 'BrokerConnectionRefused';
  const during = await becomes('outage', { status: 'False', reason });
  expect(condition(during, 'TopicReady')).toMatchObject({
    ...{ status: 'False', reason },
    message: expect.stringContaining('spec.bootstrapServers: connection refused') as unknown,
  });
  expect(during.status?.address).toEqual(before.status?.address);
  await kafka.start();
  await becomes('outage', { status: 'True' });
});
