import { describe, expect, test } from '@jest/globals';
import { eventIdentityAnnotation, jobSinkIdLabel, jobSinkNameLabel } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { JobStates } from './job-states.ts';

const startedAt = '2026-01-01T00:00:00Z';
const now = Date.parse('2026-01-01T00:02:00Z');

interface Parts {
  readonly uid?: string;
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

const job = ({ uid = 'a', metadata, spec = {}, status = {} }: Parts): KubeObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    ...{ namespace: 'shop', name: 'job', creationTimestamp: startedAt },
    labels: { [jobSinkNameLabel]: 'orders', [jobSinkIdLabel]: 'job' },
    annotations: { [eventIdentityAnnotation]: 'd' },
    ownerReferences: [{ apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink', name: 'orders', uid }],
    ...metadata,
  },
  spec,
  status,
});

function statesOf(...jobs: KubeObject[]): ReadonlyMap<string, object> {
  const states = new JobStates({ now, startTimeoutMs: 120_000 });
  states.add(jobs);
  return states.all();
}

const ended = (type: string): object => ({ conditions: [{ type, status: 'True' }] });

test('Jobs are counted by JobSink and by how they stand', () => {
  const states = statesOf(
    job({ status: { ready: 1 } }),
    job({ status: ended('Complete') }),
    job({ status: ended('Complete') }),
    job({ status: ended('Failed') }),
    job({ uid: 'b', status: ended('Failed') }),
  );
  const sink = { namespace: 'shop', sink: 'orders', waiting: 0 };
  expect([...states]).toEqual([
    ['a', { ...sink, active: 1, succeeded: 2, failed: 1 }],
    ['b', { ...sink, active: 0, succeeded: 0, failed: 1 }],
  ]);
});

test('Jobs that no dispatcher made are not counted', () => {
  const copies = [{ annotations: {} }, { ownerReferences: [] }].map((metadata) => job({ metadata }));
  expect(statesOf(...copies).size).toBe(0);
});

describe('a Job waits for its pod', () => {
  test.each<[string, Parts, boolean]>([
    ['when its pod is not ready for so long', { status: { startTime: startedAt, active: 1 } }, true],
    ['when it has no pod', { status: { startTime: startedAt } }, true],
    ['when nobody has started it', {}, true],
    ['not before the time', { status: { startTime: '2026-01-01T00:00:01Z', active: 1 } }, false],
    ['not when its pod is ready', { status: { startTime: startedAt, active: 1, ready: 1 } }, false],
    ['not when a pod has failed', { status: { startTime: startedAt, failed: 1 } }, false],
    ['not when a pod has succeeded', { status: { startTime: startedAt, succeeded: 1 } }, false],
    [
      'not when a pod has ended that is not counted yet',
      { status: { startTime: startedAt, uncountedTerminatedPods: { succeeded: ['u'] } } },
      false,
    ],
    ['not while it is suspended', { spec: { suspend: true } }, false],
    ['not when it is being deleted', { metadata: { deletionTimestamp: startedAt } }, false],
    ['not when it has failed', { status: ended('Failed') }, false],
  ])('%s', (_name, parts, waits) => {
    expect([...statesOf(job(parts)).values()]).toMatchObject([{ waiting: waits ? 1 : 0 }]);
  });
});

test('the Job that has waited longest is named', () => {
  const since = (name: string, startTime: string): KubeObject =>
    job({
      metadata: { name, labels: { [jobSinkNameLabel]: 'orders', [jobSinkIdLabel]: name } },
      status: { startTime },
    });
  const states = statesOf(since('second', '2026-01-01T00:00:00Z'), since('first', '2025-12-31T00:00:00Z'));
  expect(states.get('a')).toMatchObject({ waiting: 2, longestWaiting: 'first' });
});
