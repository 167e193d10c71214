import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@event-sinks/kube';
import {
  eventually,
  servedUrl,
  startTestKafka,
  stored,
  type Answer,
  type SinkServer,
  type TestKafka,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
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

describe('a changed spec', () => {
  test('is taken into use under load without one refused event', async () => {
    const { sink, url } = await servedSink('changing');
    const port = kafka.bootstrap.split(':')[1] ?? '';
    const [here, alsoHere] = [kafka.bootstrap, `localhost:${port}`];
    const answers: Answer[] = [];
    let posting = true;
    const send = async (): Promise<void> => {
      while (posting) answers.push(await post(url, eventHeaders({ 'ce-id': String(answers.length) })));
    };
    const senders = Array.from({ length: 8 }, send);
    const changes = [
      { contentMode: 'structured' },
      { bootstrapServers: [here, alsoHere] },
      { bootstrapServers: [alsoHere, here] },
      { contentMode: 'binary', bootstrapServers: [alsoHere] },
      { bootstrapServers: [here] },
    ];
    for (const change of changes) {
      await servedUrl(producer.url, await cluster.change(sink, change));
      const sofar = answers.length;
      await eventually(() => {
        expect(answers.length).toBeGreaterThan(sofar + 30);
      });
    }
    posting = false;
    await Promise.all(senders);
    expect(answers).toEqual(answers.map(() => stored));
    expect(await kafka.recordCount('changing')).toBe(answers.length);
  });

  test('does not refuse an event whose body was still coming when the old producer was let go', async () => {
    // No other sink lists the brokers so: its producer is closed when this one leaves it.
    const bootstrapServers = [kafka.bootstrap, `localhost:${kafka.bootstrap.split(':')[1] ?? ''}`];
    const { sink, url } = await servedSink('slow-body', { bootstrapServers });
    expect(await post(url)).toEqual(stored);
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const answer = text(socket);
    const head = Object.entries(eventHeaders({ host: 'sink', 'content-length': '2', connection: 'close' }))
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    socket.write(`POST ${pathname} HTTP/1.1\r\n${head}\r\n{`);
    await eventually(async () => {
      const metrics = await (await fetch(`${producer.metricsUrl}/metrics`)).text();
      expect(metrics).toMatch(/in_flight\S* 1$/m);
    });
    const moved = await cluster.change(sink, { bootstrapServers: [kafka.bootstrap] });
    await servedUrl(producer.url, moved);
    socket.write('}');
    expect((await answer).split('\r\n')[0]).toBe('HTTP/1.1 202 Accepted');
    expect(await kafka.recordCount('slow-body')).toBe(2);
  });
});
