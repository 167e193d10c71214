import { describe, expect, test } from '@jest/globals';
import { refusedAnnotation, storedAnnotation, sweptAnnotation } from '@event-sinks/job-plan';
import type { KubeObject } from '@event-sinks/kube';
import { isSweepable, pauseAfter } from './sweep.ts';

const ageMs = 600_000;
const now = Date.UTC(2026, 0, 2, 3, 10, 0);

function makeJob(metadata: object = {}, status: object = {}): KubeObject {
  const labels = { 'sinks.knative.dev/job-sink-name': 'logger', 'sinks.knative.dev/job-sink-id': 'logger-a' };
  const annotations = { 'sinks.knative.dev/event-identity': 'abc' };
  const times = { creationTimestamp: '2026-01-02T03:00:00Z' };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'logger-a', uid: 'uid-a', labels, annotations, ...times, ...metadata },
    spec: {
      template: { spec: { volumes: [{ name: 'jobsink-event', secret: { secretName: 'logger-a' } }] } },
    },
    status,
  };
}

const failed = (reason: string) => ({ conditions: [{ type: 'Failed', status: 'True', reason }] });
const ours = { 'sinks.knative.dev/event-identity': 'abc' };
const marked = { ...ours, [sweptAnnotation]: 'uid-a' };
const refused = { ...ours, [refusedAnnotation]: 'uid-a' };
const young = { creationTimestamp: '2026-01-02T03:00:01Z' };

describe('the Secret of a Job', () => {
  test.each([
    ['that is old enough', {}, {}],
    ['that is suspended', {}, { conditions: [{ type: 'Suspended', status: 'True' }] }],
    ['whose pods wait', {}, { active: 1, ready: 0 }],
    ['that ran out of time, perhaps while it waited', {}, failed('DeadlineExceeded')],
    ['that is young but has our mark', { ...young, annotations: marked }, {}],
    ['that has our mark and had its event', { annotations: marked }, { succeeded: 1 }],
    ['that is young and whose Secret was refused', { ...young, annotations: refused }, {}],
    ['that a dispatcher of 0.2.0 made', { annotations: { 'sinks.knative.dev/event-digest': 'abc' } }, {}],
  ])('%s is asked about', (_what, metadata, status) => {
    expect(isSweepable(makeJob(metadata, status), { now, ageMs })).toBe(true);
  });

  test.each([
    ['that is too young', young, {}],
    ['without a time of creation', { creationTimestamp: undefined }, {}],
    ['that is on its way out', { deletionTimestamp: '2026-01-02T03:05:00Z' }, {}],
    ['that no dispatcher of ours made', { annotations: {} }, {}],
    ['that is a copy under another name', { name: 'copy' }, {}],
    ['that is complete', {}, { conditions: [{ type: 'Complete', status: 'True' }] }],
    ['of which a pod has succeeded', {}, { active: 2, succeeded: 1 }],
    ['of which a pod runs', {}, { active: 1, ready: 1 }],
    ['whose pods have failed', {}, failed('BackoffLimitExceeded')],
    ['that is known to be stored', { annotations: { ...ours, [storedAnnotation]: 'uid-a' } }, {}],
    ['whose Secret was refused to one and not to another', { annotations: refused }, { ready: 1 }],
    [
      'that is young and has another Job’s mark',
      { ...young, annotations: { ...marked, [sweptAnnotation]: 'b' } },
      {},
    ],
  ])('%s is not', (_what, metadata, status) => {
    expect(isSweepable(makeJob(metadata, status), { now, ageMs })).toBe(false);
  });

  test('whose template names no Secret of ours is not', () => {
    expect(isSweepable({ ...makeJob(), spec: { template: { spec: {} } } }, { now, ageMs })).toBe(false);
  });
});

test.each([
  ['comes after 15 s where a sweep is quick', 100, 120_000, 15_000],
  ['leaves the API server alone for longer where it is not', 2_000, 120_000, 40_000],
  ['comes after the interval at the latest', 60_000, 120_000, 120_000],
  ['comes after an interval that is shorter', 100, 1_000, 1_000],
])('the next sweep %s', (_name, tookMs, intervalMs, pauseMs) => {
  expect(pauseAfter(tookMs, intervalMs)).toBe(pauseMs);
});
