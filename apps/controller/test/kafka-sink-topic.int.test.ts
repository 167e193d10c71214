import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { kafkaSinkFinalizer, kafkaSinkResource, topicOwnerAnnotation } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import {
  createAddressGuard,
  createIdentifiedTopic,
  deleteIdentifiedTopic,
  describeTopic,
} from '@event-sinks/kafka';
import { events, namespaces, secrets, type KubeObject } from '@event-sinks/kube';
import { eventually, loopbackAddresses, startTestKafka, type TestKafka } from '@event-sinks/testing';
import { createBrokers, type Brokers } from '../src/kafka-sink/brokers.ts';
import { condition, startCluster, type Cluster, type Sink } from './cluster.ts';
import { startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';

const namespace = 'shop';
const shape = { numPartitions: 2, replicationFactor: 1 };

const addressGuard = createAddressGuard({ allowed: loopbackAddresses });
let cluster: Cluster;
let kafka: TestKafka;
let controller: Controller;
let pod: FakePod;
/** What goes wrong between the controller and the brokers. */
let fault: { afterCreate?: () => void };

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
  pod = await startFakePod(cluster.client, 'kafka-sink-ingress');
  const real = createBrokers({ timeoutMs: 1_500, addressGuard });
  const brokers: Brokers = {
    ...real,
    create: async (...question) => {
      const answer = await real.create(...question);
      fault.afterCreate?.();
      return answer;
    },
  };
  const env = { TOPIC_DELETE_TIMEOUT: '4s', TOPIC_DELETE_TRIES: '8' };
  controller = await startController(cluster.server.kubeconfig, 'only', env, { brokers });
}, 180_000);

beforeEach(() => {
  fault = {};
});

afterAll(async () => {
  await controller.stop();
  await pod.die();
  await kafka.close();
  await cluster.close();
});

const create = (name: string, spec: object = {}): Promise<Sink> =>
  cluster.create(kafkaSinkResource, name, { topic: name, bootstrapServers: [kafka.bootstrap], ...spec });

function becomes(name: string, ready: object): Promise<Sink> {
  return eventually(
    async () => {
      const sink = await cluster.read(kafkaSinkResource, name);
      expect(condition(sink, 'Ready')).toMatchObject(ready);
      return sink;
    },
    { timeoutMs: 20_000 },
  );
}

async function remove(name: string): Promise<void> {
  await cluster.client.delete(kafkaSinkResource, { namespace, name });
  await eventually(
    async () => {
      await expect(cluster.read(kafkaSinkResource, name)).rejects.toMatchObject({ status: 404 });
    },
    { timeoutMs: 20_000 },
  );
}

const about = (topic: string) => ({
  ...{ topic, bootstrapServers: [kafka.bootstrap], clientId: 'test', timeoutMs: 5_000 },
  ...{ addressGuard, needsId: true },
});
const isThere = async (topic: string): Promise<boolean> => (await describeTopic(about(topic))).found;
const makeTopic = (topic: string, partitions: number) =>
  createIdentifiedTopic({ ...about(topic), partitions, replicationFactor: 1 });
async function dropTopic(topic: string): Promise<void> {
  const found = await describeTopic(about(topic));
  if (found.found && found.id !== undefined) await deleteIdentifiedTopic({ ...about(topic), id: found.id });
}

const ownerOf = ({ status }: Sink): string | undefined => status?.annotations?.[topicOwnerAnnotation];

async function told(name: string): Promise<unknown[]> {
  const { items } = await cluster.client.list<KubeObject>(events, { namespace });
  return items
    .filter((each) => (each['regarding'] as { name?: string }).name === name)
    .map((each) => each['reason']);
}

test('a topic that is absent is created as asked for, told, and deleted with its sink', async () => {
  await create('own', shape);
  const sink = await becomes('own', { status: 'True' });
  expect(ownerOf(sink)).toBe('kafkasink-controller');
  expect(sink.metadata.finalizers).toContain(kafkaSinkFinalizer);
  await remove('own');
  expect(await isThere('own')).toBe(false);
  await eventually(async () => {
    expect(await told('own')).toEqual(expect.arrayContaining(['TopicCreated', 'Ready', 'TopicDeleted']));
  });
});

test('a topic that was there before is used, neither held nor deleted, although both numbers are given', async () => {
  await makeTopic('foreign', 2);
  await create('foreign', shape);
  const sink = await becomes('foreign', { status: 'True' });
  expect(ownerOf(sink)).toBe('external');
  expect(sink.metadata.finalizers ?? []).toEqual([]);
  await remove('foreign');
  expect(await isThere('foreign')).toBe(true);
});

test('of sinks that are made at once for the same absent topic, exactly one owns it', async () => {
  const names = ['twin-a', 'twin-b', 'twin-c'];
  await Promise.all(names.map((name) => create(name, { ...shape, topic: 'twins' })));
  const sinks = await Promise.all(names.map((name) => becomes(name, { status: 'True' })));
  const owners = sinks.filter((sink) => ownerOf(sink) === 'kafkasink-controller');
  expect(owners).toHaveLength(1);
  const [owner = ''] = owners.map(({ metadata }) => metadata.name);
  for (const name of names) if (name !== owner) await remove(name);
  expect(await isThere('twins')).toBe(true);
  await remove(owner);
  expect(await isThere('twins')).toBe(false);
});

test('a topic with fewer partitions than asked for is told with both numbers, and left as it is', async () => {
  await makeTopic('other-shape', 1);
  await create('other-shape', shape);
  const sink = await becomes('other-shape', { status: 'False', reason: 'PartitionCountDiffers' });
  expect(condition(sink, 'TopicReady')?.message).toContain('has 1 partition, numPartitions is 2');
});

test('partitions that are added to its topic are noted and do no harm, and numPartitions may follow', async () => {
  await create('growing', shape);
  await becomes('growing', { status: 'True' });
  await kafka.addPartitions('growing', 5);
  await eventually(async () => {
    const noted = condition(await cluster.read(kafkaSinkResource, 'growing'), 'TopicReady');
    expect(noted).toMatchObject({ status: 'True', message: expect.stringContaining('may be raised to 5') });
  });
  await becomes('growing', { status: 'True' });
  await cluster.change(kafkaSinkResource, 'growing', { numPartitions: 5 });
  await eventually(async () => {
    const settled = condition(await cluster.read(kafkaSinkResource, 'growing'), 'TopicReady');
    expect(settled).toMatchObject({ status: 'True' });
    expect(settled).not.toHaveProperty('message');
  });
  await cluster.change(kafkaSinkResource, 'growing', { numPartitions: 6 });
  const sink = await becomes('growing', { status: 'False', reason: 'PartitionCountDiffers' });
  expect(condition(sink, 'TopicReady')?.message).toContain('does not alter a topic');
  await remove('growing');
  expect(await isThere('growing')).toBe(false);
});

test('what the brokers never create is told as such', async () => {
  await create('too-wide', { numPartitions: 1, replicationFactor: 3 });
  const sink = await becomes('too-wide', { status: 'False', reason: 'TopicRefused' });
  expect(condition(sink, 'TopicReady')?.message).toContain('fewer brokers than replicationFactor');
  await remove('too-wide');
  // Events are written in their order, and the one of this pass would be there before that of a later one.
  await create('after-too-wide', shape);
  await becomes('after-too-wide', { status: 'True' });
  await eventually(async () => {
    expect(await told('after-too-wide')).toContain('Ready');
  });
  expect(await told('too-wide')).not.toContain('TopicKept');
});

test.each([
  ['by the same brokers', 'shared', () => kafka.bootstrap],
  ['by brokers of another name', 'renamed', () => kafka.bootstrap.replace('127.0.0.1', 'localhost')],
])(
  'a topic that another sink uses %s is kept when its own sink goes, which is told',
  async (_how, topic, bootstrap) => {
    await create(topic, shape);
    expect(ownerOf(await becomes(topic, { status: 'True' }))).toBe('kafkasink-controller');
    await create(`${topic}-too`, { topic, bootstrapServers: [bootstrap()] });
    await becomes(`${topic}-too`, { status: 'True' });
    await remove(topic);
    expect(await isThere(topic)).toBe(true);
    await eventually(async () => {
      expect(await told(topic)).toContain('TopicKept');
    });
    await remove(`${topic}-too`);
    expect(await isThere(topic)).toBe(true);
  },
);

test('sinks that share a topic and are deleted at once take it along, whichever of them is first', async () => {
  const names = ['together', 'together-too'];
  await create('together', shape);
  await becomes('together', { status: 'True' });
  await create('together-too', { topic: 'together' });
  await becomes('together-too', { status: 'True' });
  for (const name of names) await cluster.client.delete(kafkaSinkResource, { namespace, name });
  for (const name of names) {
    await eventually(async () => {
      await expect(cluster.read(kafkaSinkResource, name)).rejects.toMatchObject({ status: 404 });
    });
  }
  expect(await isThere('together')).toBe(false);
});

test('a topic whose sink says Retain is kept, and one that says so no more goes', async () => {
  await create('retained', { ...shape, topicDeletionPolicy: 'Retain' });
  await becomes('retained', { status: 'True' });
  await remove('retained');
  expect(await isThere('retained')).toBe(true);
  await create('not-retained', { ...shape, topicDeletionPolicy: 'Retain' });
  await becomes('not-retained', { status: 'True' });
  await cluster.change(kafkaSinkResource, 'not-retained', { topicDeletionPolicy: 'Delete' });
  await remove('not-retained');
  expect(await isThere('not-retained')).toBe(false);
});

test('in a namespace that is deleted topics are kept, whether the Secret goes first or the sink', async () => {
  const ending = 'ending';
  const names = ['secret-first', 'sink-first'];
  const { client } = cluster;
  const metadata = (name: string) => ({ namespace: ending, name });
  await client.create<KubeObject>(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: ending },
  });
  for (const name of names) {
    const data = { protocol: Buffer.from('PLAINTEXT').toString('base64') };
    await client.create<KubeObject>(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata(name),
      data,
    });
    const auth = { secret: { ref: { name } } };
    const spec = { topic: name, bootstrapServers: [kafka.bootstrap], ...shape, auth };
    const { apiVersion, kind } = kafkaSinkResource;
    await client.create<KubeObject>(kafkaSinkResource, {
      apiVersion,
      kind,
      metadata: metadata(name),
      spec,
    });
  }
  const read = (name: string): Promise<Sink> => client.get(kafkaSinkResource, metadata(name));
  await eventually(async () => {
    for (const name of names) expect(condition(await read(name), 'Ready')?.status).toBe('True');
  });
  for (const name of names) expect(ownerOf(await read(name))).toBe('kafkasink-controller');
  await client.delete(namespaces, { name: ending });
  await client.delete(secrets, metadata('secret-first'));
  await client.delete(kafkaSinkResource, metadata('secret-first'));
  await client.delete(kafkaSinkResource, metadata('sink-first'));
  await client.delete(secrets, metadata('sink-first'));
  await eventually(async () => {
    for (const name of names) await expect(read(name)).rejects.toMatchObject({ status: 404 });
  });
  for (const name of names) expect(await isThere(name)).toBe(true);
});

test('its own topic that is deleted under it is created anew, and still its own', async () => {
  await create('revived', shape);
  await becomes('revived', { status: 'True' });
  await dropTopic('revived');
  await eventually(async () => {
    expect(await told('revived')).toContain('TopicGone');
  });
  expect(ownerOf(await becomes('revived', { status: 'True' }))).toBe('kafkasink-controller');
  await remove('revived');
  expect(await isThere('revived')).toBe(false);
});

test('somebody else’s topic that is deleted under it stays away until somebody brings it back', async () => {
  await makeTopic('borrowed', 2);
  await create('borrowed', shape);
  await becomes('borrowed', { status: 'True' });
  await dropTopic('borrowed');
  const sink = await becomes('borrowed', { status: 'False', reason: 'TopicNotFound' });
  expect(condition(sink, 'TopicReady')?.message).toContain('not created by this sink');
  await controller.morePasses('kafkasink', 10);
  expect(await isThere('borrowed')).toBe(false);
  await makeTopic('borrowed', 2);
  await becomes('borrowed', { status: 'True' });
});

test('a topic whose create was answered to nobody is used, and kept when the sink goes', async () => {
  fault.afterCreate = () => {
    fault = {};
    throw new SinkError('KafkaUnavailable', { detail: 'the answer was lost' });
  };
  await create('in-doubt', shape);
  const sink = await becomes('in-doubt', { status: 'True' });
  expect(ownerOf(sink)).toBe('external');
  await eventually(async () => {
    expect(await told('in-doubt')).toContain('TopicInDoubt');
  });
  await remove('in-doubt');
  expect(await isThere('in-doubt')).toBe(true);
});

test('one that bears the claim of another, as a restored backup may, does not take the topic with it', async () => {
  await create('owner', { ...shape, topic: 'inheritance' });
  const { status } = await becomes('owner', { status: 'True' });
  await create('heir', { ...shape, topic: 'inheritance' });
  expect(ownerOf(await becomes('heir', { status: 'True' }))).toBe('external');
  await eventually(async () => {
    const { metadata } = await cluster.read(kafkaSinkResource, 'heir');
    const target = { namespace, name: 'heir', resourceVersion: metadata.resourceVersion ?? '' };
    await cluster.client.patchStatus(kafkaSinkResource, target, { annotations: status?.annotations });
  });
  await remove('heir');
  expect(await isThere('inheritance')).toBe(true);
  await remove('owner');
  expect(await isThere('inheritance')).toBe(false);
});

test('a sink can be deleted although Kafka is gone; its topic is kept, which is told', async () => {
  await create('stranded', shape);
  await becomes('stranded', { status: 'True' });
  await kafka.pause();
  await remove('stranded');
  await eventually(async () => {
    expect(await told('stranded')).toContain('TopicKept');
  });
  kafka.resume();
  await eventually(async () => {
    expect(await isThere('stranded')).toBe(true);
  });
});
