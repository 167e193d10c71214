import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@event-sinks/kube';
import { jobsWaitFinding } from './jobs-runnable.ts';
import { podWait, type PodWait } from './pod-wait.ts';

const pod = (status?: object): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pod' },
  ...(status !== undefined && { status }),
});
const waiting = (name: string, reason: string, message?: string): object => ({
  name,
  state: { waiting: { reason, ...(message !== undefined && { message }) } },
});

describe('the pods of a Job that waits', () => {
  test.each<[string, KubeObject[], PodWait]>([
    ['are missing', [], { reason: 'PodsNotCreated', text: '' }],
    [
      'find no node',
      [pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }] })],
      { reason: 'PodsUnschedulable', text: '0/1 nodes are available' },
    ],
    [
      'have an image that cannot be pulled',
      [pod({ containerStatuses: [waiting('main', 'ErrImagePull', 'not found')] })],
      { reason: 'ContainersNotStarted', text: 'container main: ImagePullBackOff: not found' },
    ],
    [
      'have one container that keeps the others waiting',
      [
        pod({
          initContainerStatuses: [waiting('init', 'CreateContainerConfigError', 'secret "x" not found')],
          containerStatuses: [waiting('main', 'PodInitializing')],
        }),
      ],
      {
        reason: 'ContainersNotStarted',
        text: 'container init: CreateContainerConfigError: secret "x" not found',
      },
    ],
    [
      'wait for a volume',
      [pod({ containerStatuses: [waiting('main', 'ContainerCreating')] })],
      { reason: 'ContainersNotStarted', text: 'container main: ContainerCreating' },
    ],
    ['say nothing', [pod(), pod({})], { reason: 'PodsNotReady', text: '' }],
    [
      'run without being ready',
      [pod({ containerStatuses: [{ state: {} }] })],
      { reason: 'PodsNotReady', text: '' },
    ],
  ])('%s', (_name, pods, wait) => {
    expect(podWait(pods)).toEqual(wait);
  });

  test('are quoted within a bound', () => {
    const { text } = podWait([
      pod({ containerStatuses: [waiting('main', 'ImagePullBackOff', 'x'.repeat(9_999))] }),
    ]);
    expect(text).toHaveLength(240);
  });
});

describe('the condition JobsRunnable', () => {
  const finding = (wait: PodWait, count = 1, warnings?: string) =>
    jobsWaitFinding({
      jobs: { namespace: 'shop', waiting: count, longestWaiting: 'orders-x' },
      ...{ wait, warnings, startTimeoutMs: 120_000 },
    });

  test('names count, Job, cause and remedy, and does not count towards Ready', () => {
    const wait: PodWait = { reason: 'ContainersNotStarted', text: 'container main: ImagePullBackOff' };
    expect(finding(wait, 3)).toEqual({
      ...{ type: 'JobsRunnable', status: 'False', severity: 'Info', reason: 'ContainersNotStarted' },
      message:
        '3 Jobs have had no running pod for more than 120 s. The one that has waited longest is orders-x: ' +
        'container main: ImagePullBackOff. Run "kubectl describe pods -l batch.kubernetes.io/job-name=orders-x -n shop".',
    });
  });

  test('passes on what the API server warned of where no pod was created', () => {
    const { message } = finding(
      { reason: 'PodsNotCreated', text: '' },
      1,
      'spec.job: would violate PodSecurity',
    );
    expect(message).toMatch(/^1 Job has had no running pod/);
    expect(message).toContain('The API server warns of its template: spec.job: would violate PodSecurity.');
    expect(message).toContain('Run "kubectl describe job orders-x -n shop".');
  });

  test('has a bound', () => {
    const { message } = finding({ reason: 'PodsNotCreated', text: '' }, 1, 'x'.repeat(9_999));
    expect(message).toHaveLength(700);
  });
});
