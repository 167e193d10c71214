import { expect, test } from '@jest/globals';
import type { JobSink } from '@event-sinks/crds';
import { planDispatch } from './plan-dispatch.ts';
import { secretNameBytes } from './secret-name.ts';
import { trialJob } from './trial-job.ts';

const sink = {
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  metadata: { name: 'logger', namespace: 'default', uid: 'sink-uid', generation: 1 },
  spec: { job: { spec: { template: { spec: { containers: [{ name: 'main', image: 'bash' }] } } } } },
} as unknown as JobSink;

test('the Job of a trial differs from that of an event in what names the event, and in nothing else', () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't', extensions: new Map() } as const;
  const real = planDispatch(sink, event, new Uint8Array(secretNameBytes));
  const job = real.job() as unknown as { metadata: { annotations: Record<string, string> } };
  const trial = trialJob(sink, 'never-seen');
  const { annotations } = trial.metadata as unknown as { annotations: Record<string, string> };
  const text = JSON.stringify({
    ...trial,
    metadata: { ...trial.metadata, annotations: job.metadata.annotations },
  });
  expect(JSON.parse(text.replaceAll(trial.metadata.name, real.jobName))).toEqual(
    JSON.parse(JSON.stringify(job)),
  );
  expect(Object.keys(annotations)).toEqual(Object.keys(job.metadata.annotations));
  expect(trial.metadata.name).not.toBe(trialJob(sink, 'another').metadata.name);
});
