import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { sendFromPod } from '../support/sender.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

const selector = 'sinks.knative.dev/job-sink-name=job-sink-logger';
const urlOf = (namespace: string): string =>
  `http://job-sink.knative-eventing.svc.cluster.local/${namespace}/job-sink-logger`;

describe('a JobSink on a real cluster', () => {
  let target: TestCluster;
  beforeAll(async () => {
    target = await openTestCluster();
    await target.kubectl(['apply', '-f', target.sample('jobsink/job-sink-logger.yaml')]);
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'jobsink/job-sink-logger']);
  });
  afterAll(() => target.close());

  test('shows its address and readiness in the columns of the seed document', async () => {
    const lines = (await target.kubectl(['get', 'jobsinks.sinks.knative.dev'])).trim().split('\n');
    expect(lines[0]?.split(/\s+/).filter(Boolean)).toEqual(['NAME', 'URL', 'AGE', 'READY', 'REASON']);
    expect(lines[1]).toMatch(new RegExp(`^job-sink-logger +${urlOf(target.namespace)} +\\d+s +True`));
  });

  test('prints the seed document’s line, byte for byte, from the seed document’s command', async () => {
    const event = [
      'content-type: application/json',
      'ce-specversion: 1.0',
      'ce-source: my/curl/command',
      'ce-type: my.demo.event',
      'ce-id: 123',
    ];
    const curl = [
      'run',
      'curl',
      '--image=curlimages/curl',
      '--rm=true',
      '--restart=Never',
      '-ti',
      '--',
      '-X',
      'POST',
      '-v',
    ];
    const headers = event.flatMap((header) => ['-H', header]);
    await target.kubectl([...curl, ...headers, '-d', '{"details":"JobSinkDemo"}', urlOf(target.namespace)]);
    await target.kubectl(['wait', '--for=condition=complete', '--timeout=120s', 'job', '-l', selector]);
    const [job = ''] = (await target.kubectl(['get', 'jobs', '-l', selector, '-o', 'name'])).split('\n');
    expect(await target.kubectl(['logs', job])).toBe(
      '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}',
    );
  });

  test('runs an event once, however often and from however many senders it comes', async () => {
    const plan = { url: urlOf(target.namespace), count: 20, prefix: 'same', inFlight: 10 };
    const [first, second] = await Promise.all([
      sendFromPod(target, 'sender-1', plan),
      sendFromPod(target, 'sender-2', plan),
    ]);
    for (const report of [first, second]) expect(report).toEqual({ statuses: { 202: 20 }, failures: {} });
    const { items: jobs } = await target.get<{ items: unknown[] }>(['jobs', '-l', selector]);
    const { items: secrets } = await target.get<{ items: unknown[] }>(['secrets', '-l', selector]);
    expect(jobs).toHaveLength(21);
    expect(secrets).toHaveLength(21);
  });

  test('answers 404 for a sink that is not there', async () => {
    const plan = { url: `${urlOf(target.namespace)}-typo`, count: 1, prefix: 'lost', inFlight: 1 };
    expect(await sendFromPod(target, 'sender-404', plan)).toEqual({ statuses: { 404: 1 }, failures: {} });
  });

  test('takes its Jobs, Secrets and pods with it when it is deleted', async () => {
    await target.kubectl(['delete', 'jobsink', 'job-sink-logger']);
    await eventually(
      async () => {
        const { items } = await target.get<{ items: unknown[] }>([
          'jobs,secrets,pods',
          '-l',
          'sinks.knative.dev/job-sink-name',
        ]);
        const pods = await target.get<{ items: unknown[] }>(['pods', '-l', 'batch.kubernetes.io/job-name']);
        expect([...items, ...pods.items]).toEqual([]);
      },
      { timeoutMs: 90_000, intervalMs: 500 },
    );
  });
});
