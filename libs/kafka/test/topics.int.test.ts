import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, startTestKafka, type TestKafka } from '@event-sinks/testing';
import { SinkError } from '@event-sinks/errors';
import {
  createAddressGuard,
  createIdentifiedTopic,
  createProducer,
  deleteIdentifiedTopic,
  describeTopic,
  TopicRefused,
  type TopicDescription,
} from '../src/index.ts';
import { loopbackGuard } from './loopback-guard.ts';
import { quietLogger } from './quiet-logger.ts';

let kafka: TestKafka;

beforeAll(async () => {
  // A broker that creates topics when it is asked about them: the question itself must forbid it.
  kafka = await startTestKafka({ 'auto.create.topics.enable': 'true' });
}, 120_000);

afterAll(() => kafka.close());

const about = (topic: string) => ({
  ...{ topic, bootstrapServers: [kafka.bootstrap], clientId: 'test', timeoutMs: 5_000 },
  ...{ addressGuard: loopbackGuard, needsId: true },
});
const create = (topic: string) =>
  createIdentifiedTopic({ ...about(topic), partitions: 3, replicationFactor: 1 });
const found = (topic: string): Promise<TopicDescription> =>
  eventually(async () => {
    const description = await describeTopic(about(topic));
    expect(description.found).toBe(true);
    return description;
  });

test.each([true, false])('describes a topic without creating one, with its id: %s', async (needsId) => {
  expect(await describeTopic({ ...about('absent'), needsId })).toEqual({ found: false });
  expect(await describeTopic({ ...about('not a topic name'), needsId })).toEqual({ found: false });
  expect(await kafka.listTopics()).not.toContain('absent');
  await kafka.createTopic({ topic: `five-${needsId}`, partitions: 5 });
  expect(await describeTopic({ ...about(`five-${needsId}`), needsId })).toEqual({
    ...{ found: true, partitions: 5, replicationFactor: 1 },
    ...(needsId && { id: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown }),
  });
});

test('of many who create a topic at once exactly one is told that it has', async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => create('race')));
  const created = answers.filter(({ outcome }) => outcome === 'created');
  expect(created).toHaveLength(1);
  expect(await found('race')).toEqual({
    ...{ found: true, partitions: 3, replicationFactor: 1, id: (created[0] as { id: string }).id },
  });
});

test('a topic is deleted by its id, and the next one of its name is left alone', async () => {
  const first = await create('again');
  const { id } = first as { id: string };
  expect(await deleteIdentifiedTopic({ ...about('again'), id })).toBe('deleted');
  await eventually(async () => {
    expect(await describeTopic(about('again'))).toEqual({ found: false });
  });
  await kafka.createTopic({ topic: 'again' });
  expect(await deleteIdentifiedTopic({ ...about('again'), id })).toBe('missing');
  const next = await found('again');
  expect(next).toMatchObject({ partitions: 1 });
  expect(next).not.toMatchObject({ id });
});

test('what the brokers will never create is refused under their own name for it', async () => {
  const refused = createIdentifiedTopic({ ...about('wide'), partitions: 1, replicationFactor: 2 });
  await expect(refused).rejects.toMatchObject({ name: 'TopicRefused', type: 'INVALID_REPLICATION_FACTOR' });
  await expect(refused).rejects.toBeInstanceOf(TopicRefused);
});

test('the second bootstrap server is asked when the first is dead', async () => {
  const bootstrapServers = ['127.0.0.1:1', kafka.bootstrap];
  expect(await describeTopic({ ...about('absent'), bootstrapServers })).toEqual({ found: false });
});

test('a cluster that is away is told as such, within the time', async () => {
  const dead = { ...about('absent'), bootstrapServers: ['127.0.0.1:1'] };
  await expect(describeTopic(dead)).rejects.toMatchObject({
    ...{ code: 'KafkaUnavailable', kind: { failure: 'ConnectionRefused', origin: 'bootstrap' } },
  });
  await kafka.pause();
  try {
    const started = performance.now();
    const silent = describeTopic({ ...about('absent'), timeoutMs: 500 });
    await expect(silent).rejects.toBeInstanceOf(SinkError);
    expect(performance.now() - started).toBeLessThan(3_000);
  } finally {
    kafka.resume();
  }
});

test('a broker at an allowed name that advertises an address that is not allowed: no client connects to that', async () => {
  await kafka.createTopic({ topic: 'guarded' });
  const [, port] = kafka.bootstrap.split(':');
  const addressGuard = createAddressGuard({
    allowed: ['kafka.test'],
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
  });
  const connection = { bootstrapServers: [`kafka.test:${port}`], clientId: 'test', addressGuard };
  const code = 'AdvertisedAddressNotAllowed';
  for (const needsId of [true, false]) {
    const question = { ...connection, topic: 'guarded', needsId, timeoutMs: 5_000 };
    expect(await describeTopic(question)).toMatchObject({ found: true, problem: { code } });
  }
  const producer = createProducer({ connection, logger: quietLogger });
  const record = { topic: 'guarded', key: null, value: Buffer.from('x'), headers: [] };
  await expect(producer.send(record)).rejects.toMatchObject({ code });
  await producer.close();
  expect(await kafka.recordCount('guarded')).toBe(0);
});

test('a topic whose deletion was given up stays, also when the broker that stood still goes on', async () => {
  const { id } = (await create('frozen')) as { id: string };
  await found('frozen');
  await kafka.pause();
  try {
    const given = deleteIdentifiedTopic({ ...about('frozen'), id, timeoutMs: 500 });
    await expect(given).rejects.toMatchObject({ code: 'KafkaUnavailable' });
  } finally {
    kafka.resume();
  }
  // Answered behind whatever the broker had been sent before.
  await kafka.createTopic({ topic: 'afterwards' });
  expect(await kafka.listTopics()).toContain('frozen');
});
