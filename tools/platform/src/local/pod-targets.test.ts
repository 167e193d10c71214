import { expect, test } from '@jest/globals';
import { targetsOf, type PodList } from './pod-targets.ts';

type Pod = PodList['items'][number];

const pod = (name: string, change: { spec?: Pod['spec']; status?: Pod['status'] } = {}): Pod => ({
  metadata: { name, namespace: 'sinks', labels: { 'app.kubernetes.io/name': 'job-sink' } },
  spec: { containers: [{}, { ports: [{ name: 'http-metrics', containerPort: 9092 }] }] },
  status: { phase: 'Running', podIP: '10.0.0.7' },
  ...change,
});

test('a pod that runs and has the port is a target', () => {
  expect(targetsOf({ items: [pod('one')] })).toEqual([
    {
      targets: ['10.0.0.7:9092'],
      labels: { job: 'event-sinks-job-sink', namespace: 'sinks', pod: 'one' },
    },
  ]);
});

test('a pod without the port, without an address, or at its end is none', () => {
  const items = [
    pod('portless', { spec: { containers: [{ ports: [{ containerPort: 9092 }] }] } }),
    pod('pending', { status: { phase: 'Running' } }),
    pod('ended', { status: { phase: 'Succeeded', podIP: '10.0.0.8' } }),
  ];
  expect(targetsOf({ items })).toEqual([]);
});
