import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestKafka, type TestKafka } from '@event-sinks/testing';
import { describeTopic } from '../src/index.ts';
import { quietLogger } from './quiet-logger.ts';

describe('describeTopic', () => {
  let kafka: TestKafka;

  beforeAll(async () => {
    // A broker that creates topics when it is asked about them: the question itself must forbid it.
    kafka = await startTestKafka({ 'auto.create.topics.enable': 'true' });
  }, 240_000);
  afterAll(async () => {
    await kafka.close();
  });

  const ask = (topic: string, bootstrap = kafka.bootstrap, timeoutMs = 3000) =>
    describeTopic({ bootstrapServers: [bootstrap], clientId: 'test', topic, timeoutMs, logger: quietLogger });

  test('tells partitions and replication factor', async () => {
    await kafka.createTopic({ topic: 'five', partitions: 5 });
    expect(await ask('five')).toEqual({ found: true, partitions: 5, replicationFactor: 1 });
  });

  test('a topic that is not there is not found and not created', async () => {
    expect(await ask('nothing')).toEqual({ found: false });
    expect(await ask('not a topic name')).toEqual({ found: false });
    expect(await kafka.listTopics()).not.toContain('nothing');
  });

  test('a second server is tried when the first refuses', async () => {
    await kafka.createTopic({ topic: 'second' });
    const servers = ['127.0.0.1:1', kafka.bootstrap];
    const options = { bootstrapServers: servers, clientId: 'test', topic: 'second', timeoutMs: 3000 };
    expect(await describeTopic({ ...options, logger: quietLogger })).toMatchObject({ found: true });
  });

  test('a refused connection is KafkaUnavailable', async () => {
    await expect(ask('five', '127.0.0.1:1')).rejects.toMatchObject({ code: 'KafkaUnavailable' });
  });

  test('a server that never answers is KafkaUnavailable when the time is up', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const begun = performance.now();
    const { port } = silent.address() as AddressInfo;
    await expect(ask('five', `127.0.0.1:${port}`, 700)).rejects.toMatchObject({ code: 'KafkaUnavailable' });
    expect(performance.now() - begun).toBeLessThan(1000);
    silent.close();
  });
});
