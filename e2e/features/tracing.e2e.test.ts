import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemNamespace } from '@event-sinks/platform';
import { eventually, type ReceivedSpan } from '@event-sinks/testing';
import { onlyRunOf, waitForJob } from '../support/job-runs.ts';
import { postFromPod } from '../support/post-from-pod.ts';
import { startSpanCollector, type SpanCollector } from '../support/span-collector.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';
import { traceRelease, type TracedRelease } from '../support/traced-release.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const senderSpan = '00f067aa0ba902b7';
const headers = {
  'content-type': 'application/json',
  ...{ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/e2e', 'ce-type': 'e2e' },
  traceparent: `00-${traceId}-${senderSpan}-01`,
  tracestate: 'vendor=1',
};

describe('with the release sending spans to a collector', () => {
  let target: TestCluster;
  let collector: SpanCollector;
  let release: Promise<TracedRelease>;

  beforeAll(async () => {
    target = await openTestCluster();
    collector = startSpanCollector(target);
    release = traceRelease(target, collector.endpoint);
    await Promise.all([collector.ready, makeSinks(), release]);
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...sinks]);
    const posts = ['job-sink/job-sink-logger', 'kafka-sink-ingress/records'].map((path) => ({
      url: urlOf(path),
      ...{ headers, body: '{"order":1}' },
    }));
    const answers = await postFromPod(target, 'sender', posts);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
  });
  afterAll(async () => {
    await target.close();
    await (await release).close();
  });

  const sinks = ['jobsink/job-sink-logger', 'kafkasink/records'];
  const makeSinks = async (): Promise<void> => {
    await target.cluster.ensureTopic(target.namespace, 1);
    await target.kubectl(['apply', '-f', target.sample('jobsink/job-sink-logger.yaml')]);
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(kafkaSink()));
  };
  const kafkaSink = (): object => ({
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name: 'records' },
    spec: { topic: target.namespace, bootstrapServers: ['my-cluster-kafka-bootstrap.kafka:9092'] },
  });
  const urlOf = (path: string): string => {
    const [service = '', sink = ''] = path.split('/');
    return `http://${service}.${systemNamespace}.svc.cluster.local/${target.namespace}/${sink}`;
  };

  /** The spans of an app in the sender's trace, by their names, once all of these have come. */
  const spansOf = async (
    service: string,
    names: readonly string[],
  ): Promise<Readonly<Record<string, ReceivedSpan>>> =>
    eventually(
      async () => {
        const spans = (await collector.spans()).filter((span) => span.service === service);
        expect(spans.map(({ name }) => name).sort()).toEqual([...names].sort());
        for (const span of spans) expect(span).toMatchObject({ traceId, isError: false });
        return Object.fromEntries(spans.map((span) => [span.name, span]));
      },
      { timeoutMs: 30_000, intervalMs: 200 },
    );

  test('one trace leads from the sender through the dispatcher into the file that the Job reads', async () => {
    const name = `POST /${target.namespace}/job-sink-logger`;
    const spans = await spansOf('job-sink', [name, 'create Job', 'create Secret']);
    const request = spans[name]?.spanId ?? '';
    expect(spans[name]).toMatchObject({ kind: 'server', parentSpanId: senderSpan });
    for (const child of ['create Job', 'create Secret'])
      expect(spans[child]).toMatchObject({ kind: 'client', parentSpanId: request });

    const { job } = await onlyRunOf(target, 'job-sink-logger');
    await waitForJob(target, job, 'Complete');
    expect(JSON.parse(await target.kubectl(['logs', `job/${job}`]))).toMatchObject({
      ...{ id: '1', source: '/e2e', data: { order: 1 } },
      traceparent: `00-${traceId}-${request}-01`,
      tracestate: 'vendor=1',
    });
  });

  test('one trace leads from the sender through the producer into the headers of the record', async () => {
    const [name, sending] = [`POST /${target.namespace}/records`, `send ${target.namespace}`];
    const spans = await spansOf('kafka-sink', [name, sending]);
    expect(spans[name]).toMatchObject({ kind: 'server', parentSpanId: senderSpan });
    expect(spans[sending]).toMatchObject({ kind: 'producer', parentSpanId: spans[name]?.spanId });

    const [record] = await target.cluster.consume(target.namespace, 1);
    const read = record?.headers.map(([header, value]) => [header, value.toString()]);
    expect(Object.fromEntries(read ?? [])).toMatchObject({
      ce_id: '1',
      traceparent: `00-${traceId}-${spans[sending]?.spanId ?? ''}-01`,
      tracestate: 'vendor=1',
    });
  });
});
