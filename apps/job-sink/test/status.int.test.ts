import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { jobs, type KubeObject } from '@event-sinks/kube';
import { eventually, servedUrl, type SinkServer, oneLine } from '@event-sinks/testing';
import { smallestJob, startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startDispatcher } from './dispatcher.ts';

let cluster: Cluster;
let dispatcher: SinkServer;
let other: SinkServer;

beforeAll(async () => {
  cluster = await startCluster();
  dispatcher = await startDispatcher(cluster.server.kubeconfig);
  other = await startDispatcher(cluster.server.kubeconfig);
}, 120_000);

afterAll(async () => {
  await dispatcher.stop();
  await other.stop();
  await cluster.close();
});

interface Asked {
  readonly status: number;
  readonly reason: string | null;
  readonly location: string | null;
  readonly body: string;
}

async function ask(target: string, method = 'GET', base = dispatcher.url): Promise<Asked> {
  const { status, headers, ...response } = await fetchWhole(new URL(target, base), method);
  return { status, reason: headers.get('reason'), location: headers.get('location'), body: response.body };
}

async function fetchWhole(url: URL, method: string) {
  const response = await fetch(url, { method, redirect: 'manual' });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

async function servedSink(namespace: string, job?: object): Promise<{ sink: KubeObject; url: string }> {
  const sink = await cluster.jobSink(await cluster.namespace(namespace), 'logger', job);
  return { sink, url: await servedUrl(dispatcher.url, sink) };
}

/** Sends an event and gives the location that came with the 202. */
async function accepted(url: string, change: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: eventHeaders(change), body: '{}' });
  expect([response.status, await response.text()]).toEqual([202, '']);
  return response.headers.get('location') ?? 'none';
}

/** Writes a Job's status as the Job controller, which does not run here, would. */
async function setStatus(namespace: string, status: object): Promise<void> {
  const [job] = await cluster.jobsOf(namespace);
  const { name, resourceVersion = '' } = job!.metadata;
  await cluster.client.patchStatus(jobs, { namespace, name, resourceVersion }, status);
}

const now = '2026-01-02T03:04:05Z';
const condition = (type: string, status = 'True') => ({ type, status, lastTransitionTime: now });
const running = (location: string): Asked => ({ status: 202, reason: null, location, body: '' });
const ended = (status: number, reason: string): Asked => ({ status, reason, location: null, body: '' });
const missing = (reason: string) => ({
  status: 404,
  reason,
  location: null,
  body: expect.stringMatching(oneLine),
});

describe('the location', () => {
  test('comes with every 202, the same for every copy of an event at every dispatcher', async () => {
    const { sink, url } = await servedSink('copies');
    const urls = [url, await servedUrl(other.url, sink)];
    const all = await Promise.all(Array.from({ length: 10 }, (_, index) => accepted(urls[index % 2] ?? '')));
    expect(new Set(all)).toEqual(
      new Set(['/namespaces/copies/name/logger/sources/my%2Fcurl%2Fcommand/ids/123']),
    );
  });

  test('does not come with a refusal', async () => {
    const { url } = await servedSink('refusals');
    const answer = await fetch(url, { method: 'POST', headers: eventHeaders({ 'ce-id': '' }) });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });

  test('of a structured event is that of its binary form', async () => {
    const { url } = await servedSink('forms');
    const headers = { 'content-type': 'application/cloudevents+json' };
    const body = JSON.stringify({ specversion: '1.0', id: '123', source: 'my/curl/command', type: 'a' });
    const response = await fetch(url, { method: 'POST', headers, body });
    expect(response.headers.get('location')).toBe(await accepted(url));
    expect(await cluster.jobsOf('forms')).toHaveLength(1);
  });

  test('of a dead-lettered event leads to its own run', async () => {
    const { url } = await servedSink('dead-letters');
    const first = await accepted(url);
    const second = await accepted(url, { 'ce-knativeerrordest': 'http://a/?b=c&d' });
    expect(second).toBe(`${first}?knativeerrordest=http%3A%2F%2Fa%2F%3Fb%3Dc%26d`);
    expect(await ask(second)).toEqual(running(second));
    expect(await ask(`${first}?knativeerrordest=http://b`)).toEqual(missing('JobNotFound'));
  });

  test('leads back to the run for the ugliest of sources and ids', async () => {
    const { url } = await servedSink('ugly');
    const sources = [
      '.',
      '..',
      '~.',
      '%2E%2E',
      '../../x',
      '/',
      '//',
      'a/ids/b',
      '?a=b#c',
      '日本',
      'é',
      "it's",
    ];
    const ids = [...sources, '%', '%zz', '\\', '🦊 ', 'e\u0301', 'a+b', '~~..', 'x'.repeat(10_000)];
    const events = [
      ...sources.map((source) => ({ source, id: '1' })),
      ...ids.map((id) => ({ source: 's', id })),
    ];
    const locations = new Set<string>();
    for (const event of events) {
      const headers = { 'content-type': 'application/cloudevents+json' };
      const body = JSON.stringify({ ...event, specversion: '1.0', type: 'a' });
      const response = await fetch(url, { method: 'POST', headers, body });
      const location = response.headers.get('location') ?? 'none';
      locations.add(location);
      expect([event, response.status, await ask(location)]).toEqual([event, 202, running(location)]);
    }
    expect(locations.size).toBe(events.length);
    expect(await cluster.jobsOf('ugly')).toHaveLength(events.length);
  });

  test('is left out where it would be longer than clients read; the event is stored all the same', async () => {
    const { url } = await servedSink('endless');
    const headers = { 'content-type': 'application/cloudevents+json' };
    const body = JSON.stringify({ specversion: '1.0', id: 'é'.repeat(100_000), source: 'a', type: 'a' });
    const response = await fetch(url, { method: 'POST', headers, body });
    expect([response.status, response.headers.get('location')]).toEqual([202, null]);
    expect(await cluster.secretsOf('endless')).toHaveLength(1);
  });
});

describe('a run', () => {
  test.each([
    ['nobody has looked at', 'fresh', {}],
    ['pods are at work for', 'active', { startTime: now, active: 1, ready: 1 }],
    ['is suspended', 'suspended', { conditions: [condition('Suspended')] }],
    [
      'is about to be complete',
      'almost',
      { startTime: now, active: 1, conditions: [condition('SuccessCriteriaMet')] },
    ],
    ['is about to fail', 'failing', { startTime: now, active: 1, conditions: [condition('FailureTarget')] }],
  ])('that %s is 202 with its location', async (_what, namespace, status) => {
    const { url } = await servedSink(namespace, {
      spec: { ...smallestJob.spec, suspend: namespace === 'suspended' },
    });
    const location = await accepted(url);
    await setStatus(namespace, status);
    expect(await ask(location)).toEqual(running(location));
    expect(await ask(location, 'HEAD')).toEqual(running(location));
  });

  test.each([
    ['complete', 200, 'Complete', [condition('SuccessCriteriaMet'), condition('Complete')]],
    ['failed', 400, 'Failed', [condition('FailureTarget'), condition('Failed')]],
  ])('that is %s is %i', async (what, status, reason, conditions) => {
    const { url } = await servedSink(`${what}-run`);
    const location = await accepted(url);
    const times = what === 'complete' ? { completionTime: now } : {};
    await setStatus(`${what}-run`, { startTime: now, ...times, conditions });
    expect(await ask(location)).toEqual(ended(status, reason));
    expect(await ask(location, 'HEAD')).toEqual(ended(status, reason));
    expect(await ask(location, 'GET', other.url)).toEqual(ended(status, reason));
  });

  test('that never was, or was deleted, is 404', async () => {
    const { url } = await servedSink('gone');
    const location = await accepted(url);
    expect(await ask(location.replace(/123$/, '124'))).toEqual(missing('JobNotFound'));
    const [job] = await cluster.jobsOf('gone');
    await cluster.client.delete(jobs, { namespace: 'gone', name: job!.metadata.name });
    expect(await ask(location)).toEqual(missing('JobNotFound'));
  });

  test('whose name is taken by another event’s Job is 404', async () => {
    const { url } = await servedSink('taken');
    const location = await accepted(url);
    const { metadata } = (await cluster.jobsOf('taken'))[0]!;
    const target = {
      namespace: 'taken',
      name: metadata.name,
      resourceVersion: metadata.resourceVersion ?? '',
    };
    const annotations = { 'sinks.knative.dev/event-identity': '0'.repeat(64) };
    await cluster.client.patch(jobs, target, { metadata: { annotations } });
    expect(await ask(location)).toEqual(missing('JobNotFound'));
  });

  test('of a sink that was deleted, or never was, is 404', async () => {
    const { sink, url } = await servedSink('sinkless');
    const location = await accepted(url);
    expect(await ask(location.replace('/logger/', '/nobody/'))).toEqual(missing('SinkNotFound'));
    await cluster.client.delete(jobSinkResource, { namespace: 'sinkless', name: sink.metadata.name });
    await eventually(async () => {
      expect(await ask(location)).toEqual(missing('SinkNotFound'));
    });
  });

  test('is 503 while the API server is away', async () => {
    const { url } = await servedSink('away');
    const location = await accepted(url);
    await cluster.server.pause();
    try {
      const { status, headers } = await fetchWhole(new URL(location, url), 'GET');
      expect([status, headers.get('reason')]).toEqual([503, 'ApiServerUnavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await cluster.server.resume();
    }
    expect(await ask(location)).toEqual(running(location));
  });
});

test('a path that is no location is 404 to readers; other methods on one are 405', async () => {
  const { url } = await servedSink('shapes');
  const location = await accepted(url);
  const wrong = [
    location.replace('/name/', '/names/'),
    location.replace('/ids/', '/id/'),
    `${location}/more`,
    location.replace(/123$/, ''),
    location.replace(/123$/, '%zz'),
    '/namespaces',
  ];
  for (const target of wrong) expect(await ask(target)).toEqual(missing('SinkNotFound'));
  const { status, headers } = await fetchWhole(new URL(location, url), 'DELETE');
  expect([status, headers.get('reason'), headers.get('allow')]).toEqual([
    405,
    'MethodNotAllowed',
    'GET, HEAD',
  ]);
  expect(await post(new URL(location, url).href)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
});

test('questions are counted by what was found, beside the events and not among them', async () => {
  const { url } = await servedSink('counted');
  const location = await accepted(url);
  const series = async (name: string): Promise<string[]> => {
    const text = await (await fetch(`${dispatcher.metricsUrl}/metrics`)).text();
    return text.split('\n').filter((line) => line.startsWith(name));
  };
  const dispatched = () =>
    series('kn_eventing_dispatch_duration_seconds_count{kn_sink_name="logger",kn_sink_namespace="counted"');
  const before = await dispatched();
  await ask(location);
  const lines = await series('event_sinks_run_status_requests_total{outcome="running"}');
  expect(Number(lines[0]?.split(' ').pop())).toBeGreaterThan(0);
  expect(await dispatched()).toEqual(before);
});
