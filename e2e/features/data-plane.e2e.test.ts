import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { systemNamespace } from '@event-sinks/platform';
import { sendFromPod } from '../support/sender.ts';
import { suspendedJobSink } from '../support/suspended-job-sink.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

const inSystem = ['-n', systemNamespace];

describe('the data planes', () => {
  let target: TestCluster;
  beforeAll(async () => {
    target = await openTestCluster();
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(suspendedJobSink('suspended')));
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'jobsink/suspended']);
  });
  afterAll(async () => {
    await target.kubectl([...inSystem, 'scale', 'deployment/job-sink', '--replicas=1']);
    await target.kubectl([...inSystem, 'rollout', 'status', 'deployment/job-sink', '--timeout=60s']);
    await target.close();
  });

  test('are restarted under load without a lost answer', async () => {
    await target.kubectl([...inSystem, 'scale', 'deployment/job-sink', '--replicas=2']);
    await target.kubectl([...inSystem, 'rollout', 'status', 'deployment/job-sink', '--timeout=60s']);
    const url = `http://job-sink.${systemNamespace}.svc.cluster.local/${target.namespace}/suspended`;
    const load = sendFromPod(target, 'load', {
      url,
      count: 1_500,
      prefix: 'restart',
      inFlight: 4,
      pauseMs: 60,
    });
    await eventually(() => target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'pod/load']));
    await target.kubectl([...inSystem, 'rollout', 'restart', 'deployment/job-sink']);
    await target.kubectl([...inSystem, 'rollout', 'status', 'deployment/job-sink', '--timeout=120s']);
    const during = await target.get<{ status: { phase: string } }>(['pod', 'load']);
    expect(during.status.phase).toBe('Running');
    expect(await load).toEqual({ statuses: { 202: 1_500 }, failures: {} });
    const { items } = await target.get<{ items: unknown[] }>(['jobs']);
    expect(items).toHaveLength(1_500);
  });

  test('that are gone make the sink unready within 30 s, and ready again when they are back', async () => {
    await target.kubectl([...inSystem, 'scale', 'deployment/job-sink', '--replicas=0']);
    await target.kubectl([
      'wait',
      '--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=NoReadyPods',
      '--timeout=30s',
      'jobsink/suspended',
    ]);
    await target.kubectl([...inSystem, 'scale', 'deployment/job-sink', '--replicas=1']);
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', 'jobsink/suspended']);
  });
});
