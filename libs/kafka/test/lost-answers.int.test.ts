import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestKafka, type TestKafka } from '@event-sinks/testing';
import { createProducer, type TopicRecord } from '../src/index.ts';
import { loopbackGuard } from './loopback-guard.ts';
import { quietLogger } from './quiet-logger.ts';
import { sendAll } from './send-all.ts';

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

// The trap: the broker appends a batch, its answer never comes, and the client gives up. If it used its sequence numbers
// again, the next batch of that size would look like a repetition: the broker would drop it and acknowledge it.
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
    const topic = 'trap';
    await kafka.createTopic({ topic });
    const producer = createProducer({
      connection: {
        bootstrapServers: [`127.0.0.1:${proxy.port}`],
        clientId: 'trap',
        addressGuard: loopbackGuard,
      },
      limits: { requestTimeoutMs: 400, connectTimeoutMs: 400, retries: 1, deliveryTimeoutMs: 8000 },
      logger: quietLogger,
    });
    const send = (value: string) => sendAll(producer, [record(topic, value)]);
    expect(await send('before')).toEqual(['ok']);
    proxy.swallowAnswers = true;
    expect(await send('unanswered')).toEqual(['KafkaUnavailable']);
    proxy.swallowAnswers = false;
    expect(await send('after')).toEqual(['ok']);
    const values = (await kafka.consume(topic, 3)).map(({ value }) => value?.toString());
    expect(values).toEqual(['before', 'unanswered', 'after']);
    await producer.close();
  });

  test('a connection lost before the answer: the batch is repeated, and stored once', async () => {
    await kafka.createTopic({ topic: 'repeated' });
    const producer = createProducer({
      connection: {
        bootstrapServers: [`127.0.0.1:${proxy.port}`],
        clientId: 'trap',
        addressGuard: loopbackGuard,
      },
      limits: { requestTimeoutMs: 400, connectTimeoutMs: 400 },
      logger: quietLogger,
    });
    const send = (value: string) => sendAll(producer, [record('repeated', value)]);
    expect(await send('before')).toEqual(['ok']);
    proxy.swallowAnswers = true;
    setTimeout(() => {
      proxy.swallowAnswers = false;
    }, 300);
    expect(await send('repeated')).toEqual(['ok']);
    expect(await send('after')).toEqual(['ok']);
    const values = (await kafka.consume('repeated', 3)).map(({ value }) => value?.toString());
    expect(values).toEqual(['before', 'repeated', 'after']);
    await producer.close();
  });
});

function record(topic: string, value: string): TopicRecord {
  return { topic, key: Buffer.from('k'), value: Buffer.from(value), headers: [] };
}
