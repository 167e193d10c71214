import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  eventually,
  servedUrl,
  startOtlpReceiver,
  stored,
  type OtlpReceiver,
  type ReceivedSpan,
  type SinkServer,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startDispatcher } from './dispatcher.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const senderSpan = '00f067aa0ba902b7';
const sent = { traceparent: `00-${traceId}-${senderSpan}-01`, tracestate: 'vendor=1' };

let cluster: Cluster;
let receiver: OtlpReceiver;
let traced: SinkServer;
let untraced: SinkServer;

beforeAll(async () => {
  [cluster, receiver] = await Promise.all([startCluster(), startOtlpReceiver()]);
  const { kubeconfig } = cluster.server;
  traced = await startDispatcher(kubeconfig, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
  untraced = await startDispatcher(kubeconfig);
}, 120_000);

afterAll(async () => {
  await Promise.all([traced.stop(), untraced.stop()]);
  await Promise.all([cluster.close(), receiver.close()]);
});

/** The event file that comes of an event with these headers. */
async function fileOf(dispatcher: SinkServer, namespace: string, headers: Record<string, string>) {
  const sink = await cluster.jobSink(await cluster.namespace(namespace), 'logger');
  expect(await post(await servedUrl(dispatcher.url, sink), eventHeaders(headers))).toEqual(stored);
  const [secret] = await cluster.secretsOf(namespace);
  const file = Buffer.from(secret?.data['event'] ?? '', 'base64').toString();
  return JSON.parse(file) as Readonly<Record<string, unknown>>;
}

const spansFor = (namespace: string): ReceivedSpan[] => {
  const root = receiver.spans.find(({ name }) => name === `POST /${namespace}/logger`);
  return receiver.spans.filter((span) => span.traceId === root?.traceId);
};

describe('with an endpoint for spans', () => {
  test('one trace leads from the sender through the dispatcher into the event file', async () => {
    const file = await fileOf(traced, 'traced', sent);
    const names = ['POST /traced/logger', 'create Job', 'create Secret'];
    await eventually(() => {
      expect(
        spansFor('traced')
          .map(({ name }) => name)
          .sort(),
      ).toEqual(names);
    });
    const [request, job, secret] = names.map((name) => spansFor('traced').find((span) => span.name === name));
    expect(request).toMatchObject({
      ...{ service: 'job-sink', traceId, parentSpanId: senderSpan, isError: false },
      attributes: { 'kn.sink.kind': 'JobSink', 'kn.sink.name': 'logger', 'http.response.status_code': 202 },
    });
    for (const child of [job, secret])
      expect(child).toMatchObject({ traceId, parentSpanId: request?.spanId });
    expect(file['traceparent']).toBe(`00-${traceId}-${request?.spanId ?? ''}-01`);
    expect(file['tracestate']).toBe('vendor=1');
  });

  test('an event without a trace begins one', async () => {
    const file = await fileOf(traced, 'begun', {});
    await eventually(() => {
      expect(spansFor('begun')).toHaveLength(3);
    });
    const [request] = spansFor('begun').filter(({ parentSpanId }) => parentSpanId === '');
    expect(file['traceparent']).toBe(`00-${request?.traceId ?? ''}-${request?.spanId ?? ''}-01`);
  });

  test('the trace in which an event came about is left in it', async () => {
    const own = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;
    expect((await fileOf(traced, 'own', { ...sent, 'ce-traceparent': own }))['traceparent']).toBe(own);
  });

  test('a trace that its sender does not record is not recorded here either', async () => {
    const unrecorded = { traceparent: `00-${'3'.repeat(32)}-${senderSpan}-00` };
    const file = await fileOf(traced, 'unrecorded', unrecorded);
    expect(file['traceparent']).toMatch(/^00-3{32}-[0-9a-f]{16}-00$/);
    await fileOf(traced, 'recorded', {});
    await eventually(() => {
      expect(spansFor('recorded')).toHaveLength(3);
    });
    expect(spansFor('unrecorded')).toEqual([]);
  });
});

describe('without an endpoint', () => {
  test('the sender’s place in the trace is in the event file all the same', async () => {
    expect(await fileOf(untraced, 'untraced', sent)).toMatchObject(sent);
  });

  test('nothing is added to an event without a trace', async () => {
    expect(await fileOf(untraced, 'plain', {})).toEqual({
      ...{ specversion: '1.0', id: '123', source: 'my/curl/command', type: 'my.demo.event' },
      ...{ datacontenttype: 'application/json', data: { details: 'JobSinkDemo' } },
    });
  });
});

test('a receiver of spans that is away holds up no event, and is told of in the log', async () => {
  const away = await startDispatcher(cluster.server.kubeconfig, {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
  });
  await fileOf(away, 'away', sent);
  await away.stop();
  expect(away.lines.map(({ message }) => message)).toContain('The last spans could not be sent');
});
