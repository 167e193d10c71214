import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestKafka, type TestKafka } from '@event-sinks/testing';
import { createKafkaJsProducer, type SendResult, type TopicRecord } from '../src/index.ts';
import { quietLogger } from './quiet-logger.ts';

/** Stands between clients and the broker; can swallow what the broker answers. */
interface Proxy {
  readonly port: number;
  target: number;
  swallowAnswers: boolean;
  close(): void;
}

async function startProxy(): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(proxy.target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => {
      if (!proxy.swallowAnswers) client.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: Proxy = {
    port: (server.address() as AddressInfo).port,
    target: 0,
    swallowAnswers: false,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return proxy;
}

// The trap: the broker appends a batch, its answer never comes, kafkajs gives up and turns its sequence numbers
// back. The next batch of that size then looks like a repetition: the broker drops it and acknowledges it.
describe('answers that are lost after the append', () => {
  let kafka: TestKafka;
  let proxy: Proxy;

  beforeAll(async () => {
    proxy = await startProxy();
    kafka = await startTestKafka({ 'advertised.listeners': `PLAINTEXT://127.0.0.1:${proxy.port}` });
    proxy.target = Number(kafka.bootstrap.split(':')[1]);
  }, 240_000);
  afterAll(async () => {
    await kafka.close();
    proxy.close();
  });

  test('what is acknowledged afterwards is stored', async () => {
    await kafka.createTopic({ topic: 'trap' });
    const producer = createKafkaJsProducer({
      connection: { bootstrapServers: [`127.0.0.1:${proxy.port}`], clientId: 'trap' },
      limits: { requestTimeoutMs: 400, connectTimeoutMs: 400, retries: 1, deliveryTimeoutMs: 8000 },
      logger: quietLogger,
    });
    const send = (value: string): Promise<readonly SendResult[]> => producer.send([record(value)]);
    expect(await send('before')).toMatchObject([{ ok: true }]);
    proxy.swallowAnswers = true;
    expect(await send('unanswered')).toMatchObject([{ ok: false, error: { code: 'KafkaUnavailable' } }]);
    proxy.swallowAnswers = false;
    expect(await send('after')).toMatchObject([{ ok: true }]);
    const values = (await kafka.consume('trap', 3, 3000)).map(({ value }) => value?.toString());
    expect(values).toEqual(['before', 'unanswered', 'after']);
    await producer.close();
  });
});

function record(value: string): TopicRecord {
  return { topic: 'trap', key: Buffer.from('k'), value: Buffer.from(value), headers: [] };
}
