import { describe, expect, test } from '@jest/globals';
import type { CloudEvent } from '@event-sinks/cloudevents';
import type { JobSink } from '@event-sinks/crds';
import { maxEventFileBytes, planDispatch } from './plan-dispatch.ts';

function makeJobSink(job: object = {}): JobSink {
  const template = { spec: { containers: [{ name: 'main', image: 'bash' }] } };
  return {
    apiVersion: 'sinks.knative.dev/v1alpha1',
    kind: 'JobSink',
    metadata: { name: 'logger', namespace: 'default', uid: 'sink-uid', generation: 1 },
    spec: { job: { spec: { template }, ...job } },
  } as unknown as JobSink;
}

function makeEvent(change: Partial<CloudEvent> = {}): CloudEvent {
  return {
    specversion: '1.0',
    id: '123',
    source: 'my/curl/command',
    type: 'my.demo.event',
    datacontenttype: 'application/json',
    extensions: new Map(),
    data: Buffer.from('{"details":"JobSinkDemo"}'),
    ...change,
  };
}

interface JobShape {
  metadata: {
    name: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    ownerReferences: object[];
  };
  spec: Record<string, unknown> & { template: { spec: Record<string, unknown[]> } };
}

const jobOf = (sink: JobSink, event = makeEvent()): JobShape =>
  planDispatch(sink, event).job as unknown as JobShape;
const containerOf = (container: object): Record<string, unknown[]> => {
  const template = { spec: { containers: [{ name: 'main', ...container }] } };
  return jobOf(makeJobSink({ spec: { template } })).spec.template.spec['containers']?.[0] as Record<
    string,
    unknown[]
  >;
};

describe('the Job', () => {
  test('belongs to the JobSink, so that deleting the one deletes the other', () => {
    expect(jobOf(makeJobSink()).metadata.ownerReferences).toEqual([
      {
        apiVersion: 'sinks.knative.dev/v1alpha1',
        kind: 'JobSink',
        name: 'logger',
        uid: 'sink-uid',
        controller: true,
        blockOwnerDeletion: false,
      },
    ]);
  });

  test('keeps the template’s labels and annotations and adds ours', () => {
    const labels = { 'kueue.x-k8s.io/queue-name': 'q', 'sinks.knative.dev/job-sink-name': 'forged' };
    const { metadata } = jobOf(
      makeJobSink({ metadata: { name: 'ignored', labels, annotations: { a: 'b' } }, spec: { template: {} } }),
    );
    expect(metadata.labels).toEqual({
      'kueue.x-k8s.io/queue-name': 'q',
      'sinks.knative.dev/job-sink-name': 'logger',
      'sinks.knative.dev/job-sink-id': metadata.name,
    });
    expect(metadata.annotations).toMatchObject({
      a: 'b',
      'sinks.knative.dev/event-digest': expect.any(String),
    });
  });

  test('passes on every field of the template, known to us or not', () => {
    const spec = {
      suspend: true,
      ttlSecondsAfterFinished: 600,
      ofTheFuture: { deep: [1] },
      template: { spec: {}, metadata: { x: 1 } },
    };
    expect(jobOf(makeJobSink({ spec })).spec).toMatchObject(spec);
  });

  test('mounts the event for containers and init containers alike', () => {
    const template = { spec: { initContainers: [{ name: 'first' }], containers: [{ name: 'main' }] } };
    const pod = jobOf(makeJobSink({ spec: { template } })).spec.template.spec;
    const event = {
      volumeMounts: [{ name: 'jobsink-event', mountPath: '/etc/jobsink-event', readOnly: true }],
      env: [
        { name: 'K_EVENT_PATH', value: '/etc/jobsink-event' },
        { name: 'K_EXECUTION_MODE', value: 'batch' },
      ],
    };
    expect(pod['initContainers']).toEqual([{ name: 'first', ...event }]);
    expect(pod['containers']).toEqual([{ name: 'main', ...event }]);
  });

  test('has the event in a volume named after the Job', () => {
    const { metadata, spec } = jobOf(makeJobSink());
    expect(spec.template.spec['volumes']).toEqual([
      { name: 'jobsink-event', secret: { secretName: metadata.name } },
    ]);
  });

  test('keeps a container’s own mount and names its folder in K_EVENT_PATH', () => {
    const volumeMounts = [{ name: 'jobsink-event', mountPath: '/etc/custom-path', readOnly: true }];
    const container = containerOf({ volumeMounts });
    expect(container['volumeMounts']).toEqual(volumeMounts);
    expect(container['env']).toContainEqual({ name: 'K_EVENT_PATH', value: '/etc/custom-path' });
  });

  test('leaves variables alone that the container sets itself', () => {
    const env = [{ name: 'K_EXECUTION_MODE', value: 'mine' }];
    expect(containerOf({ env })['env']).toEqual([
      ...env,
      { name: 'K_EVENT_PATH', value: '/etc/jobsink-event' },
    ]);
  });

  test('is refused when the template would have it in another namespace', () => {
    const inNamespace = (namespace: string): JobSink =>
      makeJobSink({ metadata: { namespace }, spec: { template: {} } });
    expect(jobOf(inNamespace('default')).metadata).toMatchObject({ namespace: 'default' });
    expect(() => jobOf(inNamespace('kube-system'))).toThrow(
      expect.objectContaining({ code: 'JobTemplateRefused' }),
    );
  });

  test.each([
    ['a word', 'none', 'none'],
    ['a container outside a list', { name: 'main' }, { name: 'main' }],
    ['a null in a list', [null], [null]],
    ['nothing', undefined, []],
  ])('hands on containers that are %s, for the API server to judge', (_what, containers, expected) => {
    const job = jobOf(makeJobSink({ spec: { template: { spec: { containers } } } }));
    expect(job.spec.template.spec['containers']).toEqual(expected);
  });

  test('leaves the JobSink it was made from as it is', () => {
    const sink = makeJobSink();
    const before = structuredClone(sink);
    planDispatch(sink, makeEvent());
    expect(sink).toEqual(before);
  });
});

describe('the Secret', () => {
  test('holds the event as the second seed document shows it, and belongs to the Job', () => {
    const plan = planDispatch(makeJobSink(), makeEvent());
    const secret = plan.secretFor('job-uid');
    const { event } = secret['data'] as { event: string };
    expect(Buffer.from(event, 'base64').toString()).toBe(
      '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}',
    );
    expect(secret).toMatchObject({
      immutable: true,
      metadata: {
        name: plan.jobName,
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: plan.jobName, uid: 'job-uid' }],
      },
    });
  });

  test('that would be larger than a Secret can be is refused before anything is written', () => {
    const room =
      maxEventFileBytes -
      Buffer.byteLength(
        '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":""}',
      );
    const withText = (length: number): CloudEvent =>
      makeEvent({ data: Buffer.from(`"${'x'.repeat(length)}"`) });
    expect(planDispatch(makeJobSink(), withText(room)).jobName).toMatch(/^logger-/);
    expect(() => planDispatch(makeJobSink(), withText(room + 1))).toThrow(
      expect.objectContaining({ code: 'EventTooLarge' }),
    );
  });
});
