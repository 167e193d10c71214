import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { jobs } from '@event-sinks/kube';
import { eventually, oneLine, servedUrl, type SinkServer, stored } from '@event-sinks/testing';
import { smallestJob, startCluster, type Cluster } from './cluster.ts';
import { eventHeaders, post, startDispatcher } from './dispatcher.ts';
import { holdAdmission } from './held-admission.ts';

const deadlineMs = 2_000;

let cluster: Cluster;
let dispatcher: SinkServer;

beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);

afterAll(() => cluster.close());

beforeEach(async () => {
  dispatcher = await startDispatcher(cluster.server.kubeconfig, { REQUEST_DEADLINE: `${deadlineMs}ms` });
});

afterEach(() => dispatcher.stop());

/** An answer and the milliseconds it took. */
async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await work();
  return { result, ms: performance.now() - startedAt };
}

const unavailable = { status: 503, reason: 'ApiServerUnavailable', body: expect.stringMatching(oneLine) };

describe('while the API server is away', () => {
  test('events are 503 in time and in bounds, and taken after its return, without a restart', async () => {
    const sink = await cluster.jobSink(await cluster.namespace('outage'), 'logger');
    const url = await servedUrl(dispatcher.url, sink);
    expect(await post(url)).toEqual(stored);

    await cluster.server.pause();
    try {
      for (const id of ['124', '125']) {
        const { result, ms } = await timed(() => post(url, eventHeaders({ 'ce-id': id })));
        expect(result).toMatchObject(unavailable);
        expect(Number(result.retryAfter)).toBeGreaterThan(0);
        expect(ms).toBeLessThan(deadlineMs + 500);
      }
      expect((await fetch(`${dispatcher.url}/healthz`)).status).toBe(200);
    } finally {
      await cluster.server.resume();
    }

    for (const id of ['123', '124', '125'])
      expect(await post(url, eventHeaders({ 'ce-id': id }))).toEqual(stored);
    expect(await cluster.jobsOf('outage')).toHaveLength(3);
    expect(await cluster.secretsOf('outage')).toHaveLength(3);

    const late = await cluster.jobSink('outage', 'late');
    expect(await post(await servedUrl(dispatcher.url, late))).toEqual(stored);
  });

  test('a dispatcher that starts is not ready, knows no sink, and becomes ready by itself', async () => {
    const sink = await cluster.jobSink(await cluster.namespace('cold'), 'logger');
    await cluster.server.pause();
    let cold: SinkServer | undefined;
    try {
      cold = await startDispatcher(cluster.server.kubeconfig);
      const { status, headers } = await fetch(`${cold.url}/readyz`);
      expect([status, headers.get('reason')]).toEqual([503, 'NotReady']);
      expect(await post(`${cold.url}/cold/logger`)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
    } finally {
      await cluster.server.resume();
    }
    const { url } = cold;
    await eventually(async () => {
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    });
    expect(await post(await servedUrl(url, sink))).toEqual(stored);
    await cold.stop();
  });
});

test('an API server that does not answer is 503 at the deadline, and the event is taken once it does', async () => {
  const sink = await cluster.jobSink(await cluster.namespace('silent'), 'logger');
  const url = await servedUrl(dispatcher.url, sink);
  const sample = { apiVersion: 'batch/v1', kind: 'Job', ...smallestJob };
  const hold = await holdAdmission(cluster.client, jobs, {
    ...sample,
    metadata: { namespace: 'silent', name: 'sample' },
  });
  const { result, ms } = await timed(() => post(url));
  expect(result).toMatchObject({ status: 503, body: expect.stringMatching(oneLine) });
  expect(['DeadlineExceeded', 'ApiServerUnavailable']).toContain(result.reason);
  expect(Number(result.retryAfter)).toBeGreaterThan(0);
  expect(ms).toBeGreaterThan(deadlineMs - 100);
  expect(ms).toBeLessThan(deadlineMs + 1_000);
  expect(await cluster.jobsOf('silent')).toEqual([]);
  await hold.release();
  expect(await post(url)).toEqual(stored);
});
