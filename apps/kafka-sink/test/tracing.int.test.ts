import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  eventually,
  servedUrl,
  startOtlpReceiver,
  startTestKafka,
  stored,
  type OtlpReceiver,
  type SinkServer,
  type TestKafka,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startProducer } from './producer.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const senderSpan = '00f067aa0ba902b7';
const sent = { traceparent: `00-${traceId}-${senderSpan}-01`, tracestate: 'vendor=1' };

let cluster: Cluster;
let kafka: TestKafka;
let receiver: OtlpReceiver;
let producer: SinkServer;

beforeAll(async () => {
  [cluster, kafka, receiver] = await Promise.all([startCluster(), startTestKafka(), startOtlpReceiver()]);
  producer = await startProducer(cluster.server.kubeconfig, {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
  });
}, 180_000);

afterAll(async () => {
  await producer.stop();
  await Promise.all([kafka.close(), cluster.close(), receiver.close()]);
});

describe('one trace leads from the sender through the producer', () => {
  test.each(['binary', 'structured'])('into the headers of a record in %s mode', async (contentMode) => {
    const topic = `traced-${contentMode}`;
    await kafka.createTopic({ topic });
    const spec = { topic, bootstrapServers: [kafka.bootstrap], contentMode };
    const url = await servedUrl(producer.url, await cluster.kafkaSink(topic, spec));
    expect(await post(url, eventHeaders(sent))).toEqual(stored);

    const spanOf = (name: string) => receiver.spans.find((span) => span.name === name);
    await eventually(() => {
      expect(spanOf(`POST /shop/${topic}`)).toBeDefined();
    });
    const request = spanOf(`POST /shop/${topic}`);
    const sending = spanOf(`send ${topic}`);
    expect(request).toMatchObject({ service: 'kafka-sink', traceId, parentSpanId: senderSpan });
    expect(sending).toMatchObject({
      ...{ traceId, parentSpanId: request?.spanId, isError: false },
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': topic },
    });
    const [record] = await kafka.consume(topic, 1);
    const headers = (record?.headers ?? []).map(([name, value]) => [name, value.toString()]);
    expect(headers).toContainEqual(['traceparent', `00-${traceId}-${sending?.spanId ?? ''}-01`]);
    expect(headers).toContainEqual(['tracestate', 'vendor=1']);
  });
});

test('a record that is refused leaves a span that says so, by its reason', async () => {
  await kafka.createTopic({ topic: 'narrow', config: { 'max.message.bytes': '1024' } });
  const sink = await cluster.kafkaSink('narrow', { topic: 'narrow', bootstrapServers: [kafka.bootstrap] });
  const url = await servedUrl(producer.url, sink);
  expect((await post(url, eventHeaders(), 'x'.repeat(4_096))).status).toBe(413);
  await eventually(() => {
    const span = receiver.spans.find(({ name }) => name === 'send narrow');
    expect(span).toMatchObject({ isError: true, attributes: { 'error.type': 'EventTooLarge' } });
  });
});
