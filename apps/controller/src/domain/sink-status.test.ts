import { describe, expect, test } from '@jest/globals';
import type { ConditionFinding, SinkStatus } from '@event-sinks/crds';
import { dataPlaneFinding, waitForPods } from './data-plane.ts';
import { sinkStatus, timestamp } from './sink-status.ts';

const url = 'http://job-sink.knative-eventing.svc.cluster.local/default/logger';
const findings = (...conditions: ConditionFinding[]) => ({ generation: 2, url, conditions });
const yes: ConditionFinding = { type: 'DataPlaneAvailable', status: 'True' };
const no: ConditionFinding = {
  type: 'DataPlaneAvailable',
  status: 'False',
  reason: 'NoReadyPods',
  message: 'none',
};
const conditionOf = (status: SinkStatus, type: string) =>
  status.conditions?.find((each) => each.type === type);

describe('the status of a sink', () => {
  test('gives out the address once everything that an event needs is there', () => {
    const status = sinkStatus<SinkStatus>(undefined, findings(yes), 'then');
    expect(status.address).toEqual({ name: 'http', url });
    expect(status.addresses).toEqual([{ name: 'http', url }]);
    expect(status.observedGeneration).toBe(2);
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: 'then' });
  });

  test('holds the address back until then', () => {
    const status = sinkStatus<SinkStatus>(undefined, findings(no), 'then');
    expect(status.address).toBeUndefined();
    expect(conditionOf(status, 'Addressable')?.status).toBe('Unknown');
    expect(conditionOf(status, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'NoReadyPods',
      message: 'none',
    });
  });

  test('keeps an address that was given out, since senders keep it too', () => {
    const before = sinkStatus<SinkStatus>(undefined, findings(yes), 'then');
    const after = sinkStatus(before, findings(no), 'now');
    expect(after.address).toEqual({ name: 'http', url });
    expect(conditionOf(after, 'Addressable')).toMatchObject({ status: 'True', lastTransitionTime: 'then' });
    expect(conditionOf(after, 'Ready')).toMatchObject({ status: 'False', lastTransitionTime: 'now' });
  });

  test('takes information without letting Ready depend on it', () => {
    const information = [{ type: 'JobsRunnable', status: 'False', severity: 'Info', reason: 'Any' }] as const;
    const status = sinkStatus<SinkStatus>(undefined, { ...findings(yes), information }, 'then');
    expect(conditionOf(status, 'JobsRunnable')).toMatchObject({ status: 'False', severity: 'Info' });
    expect(conditionOf(status, 'Ready')).toMatchObject({ status: 'True' });
    expect(status.address).toEqual({ name: 'http', url });
  });

  test('says the same again when nothing has changed', () => {
    const before = sinkStatus<SinkStatus>(undefined, findings(no), 'then');
    expect(sinkStatus(before, findings(no), 'now')).toEqual(before);
  });

  test('keeps what others wrote into it', () => {
    const before: SinkStatus = { annotations: { a: 'b' } };
    expect(sinkStatus(before, findings(yes), 'now').annotations).toEqual({ a: 'b' });
  });

  test('has times as Kubernetes writes them', () => {
    expect(timestamp(Date.UTC(2026, 0, 2, 3, 4, 5, 678))).toBe('2026-01-02T03:04:05Z');
  });
});

describe('a sink whose data plane has no ready pod', () => {
  const served: SinkStatus = { conditions: [{ type: 'DataPlaneAvailable', status: 'True' }] };
  const unserved: SinkStatus = { conditions: [{ type: 'DataPlaneAvailable', status: 'False' }] };
  test.each<[string, SinkStatus | undefined, number | undefined, number | undefined]>([
    ['waits for a while when it was served', served, 0, 10_000],
    ['waits for what is left of that', served, 9_999, 1],
    ['says so after that', served, 10_000, undefined],
    ['says so at once when it was not served before', unserved, 0, undefined],
    ['says so at once when it is new', undefined, 0, undefined],
  ])('%s', (_name, status, emptyForMs, waitMs) => {
    expect(waitForPods({ readyPods: 0, serving: 0, emptyForMs }, status)).toBe(waitMs);
    expect(waitForPods({ readyPods: 1, serving: 0 }, status)).toBeUndefined();
  });
});

describe('the data plane', () => {
  test.each([
    ['is missing without a ready pod', { readyPods: 0, serving: 0 }, 'False', 'NoReadyPods'],
    [
      'is not there yet while one pod serves an older generation',
      { readyPods: 2, serving: 1 },
      'False',
      'NotServedYet',
    ],
    ['is there when every ready pod serves the sink', { readyPods: 2, serving: 2 }, 'True', undefined],
  ])('%s', (_name, view, status, reason) => {
    expect(dataPlaneFinding(view, 'job-sink')).toMatchObject({ status, ...(reason && { reason }) });
  });
});
