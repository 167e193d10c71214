import { describe, expect, test } from '@jest/globals';
import type { CloudEvent } from '@event-sinks/cloudevents';
import type { JobSink } from '@event-sinks/crds';
import { maxEventFileBytes, planDispatch, type DispatchPlan } from './plan-dispatch.ts';
import { eventSecretName, secretNameBytes } from './secret-name.ts';

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

const random = (byte = 0) => new Uint8Array(secretNameBytes).fill(byte);
const plan = (sink: JobSink, event = makeEvent()): DispatchPlan => planDispatch(sink, event, random());
const jobOf = (sink: JobSink, event = makeEvent()): JobShape =>
  plan(sink, event).job() as unknown as JobShape;
/** What is undefined does not travel. */
const asSent = (job: JobShape): JobShape => JSON.parse(JSON.stringify(job)) as JobShape;
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
      'sinks.knative.dev/event-identity': expect.any(String),
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

  test('has the event in a volume named after the Job and a part that is new for every Job', () => {
    const [one, other] = [1, 2].map((byte) => planDispatch(makeJobSink(), makeEvent(), random(byte)));
    expect(one!.jobName).toBe(other!.jobName);
    expect(one!.secretName).not.toBe(other!.secretName);
    expect(one!.secretName).toMatch(new RegExp(`^${one!.jobName}-[a-z2-7]{16}$`));
    const { spec } = one!.job() as unknown as JobShape;
    expect(spec.template.spec['volumes']).toEqual([
      { name: 'jobsink-event', secret: { secretName: one!.secretName } },
    ]);
    expect(eventSecretName(one!.job())).toBe(one!.secretName);
  });

  test('tells source, id, type and time of its event, and nothing for a time that it does not have', () => {
    const annotations = { 'sinks.knative.dev/event-time': 'of the template' };
    const sink = makeJobSink({ metadata: { annotations }, spec: { template: {} } });
    const shown = (event = makeEvent()) =>
      Object.entries(asSent(jobOf(sink, event)).metadata.annotations).filter(([key]) =>
        /event-(source|id|type|time)$/.test(key),
      );
    expect(shown()).toEqual([
      ['sinks.knative.dev/event-source', 'my/curl/command'],
      ['sinks.knative.dev/event-id', '123'],
      ['sinks.knative.dev/event-type', 'my.demo.event'],
    ]);
    expect(shown(makeEvent({ time: '2026-01-02T03:04:05Z' }))).toContainEqual([
      'sinks.knative.dev/event-time',
      '2026-01-02T03:04:05Z',
    ]);
  });

  test.each([
    ['a line break and a terminal’s escape', 'a\n\u001b[2Jb', 'a\\u000a\\u001b[2Jb'],
    ['a text that runs from right to left by force', 'a\u202eb', 'a\\u202eb'],
    ['half of a character', 'a\ud83eb', 'a\\ud83eb'],
    ['a backslash', 'a\\u000a', 'a\\\\u000a'],
    ['letters of the world', 'é日本🦊', 'é日本🦊'],
    ['what just fits', 'x'.repeat(255), 'x'.repeat(255)],
    ['what is too long', 'x'.repeat(256), `${'x'.repeat(255)}…`],
    ['an escape at the bound', `${'x'.repeat(252)}\n${'y'.repeat(1_000_000)}`, `${'x'.repeat(252)}…`],
    ['a pair at the bound', `${'x'.repeat(254)}🦊`, `${'x'.repeat(254)}…`],
  ])('shows %s cut and escaped', (_what, id, shown) => {
    expect(jobOf(makeJobSink(), makeEvent({ id })).metadata.annotations['sinks.knative.dev/event-id']).toBe(
      shown,
    );
  });

  test('keeps a container’s own mount and names its folder in K_EVENT_PATH', () => {
    const volumeMounts = [{ name: 'jobsink-event', mountPath: '/etc/custom-path', readOnly: true }];
    const container = containerOf({ volumeMounts });
    expect(container['volumeMounts']).toEqual(volumeMounts);
    expect(container['env']).toContainEqual({ name: 'K_EVENT_PATH', value: '/etc/custom-path' });
  });

  test.each([{ subPath: 'event' }, { subPathExpr: '$(FILE)' }])(
    'has its folder besides a mount of one file by %j',
    (part) => {
      const file = { name: 'jobsink-event', mountPath: '/data/e.json', ...part };
      const folder = { name: 'jobsink-event', mountPath: '/etc/jobsink-event', readOnly: true };
      const own = { name: 'jobsink-event', mountPath: '/data' };
      const alone = containerOf({ volumeMounts: [file] });
      expect(alone['volumeMounts']).toEqual([file, folder]);
      expect(alone['env']).toContainEqual({ name: 'K_EVENT_PATH', value: '/etc/jobsink-event' });
      const both = containerOf({ volumeMounts: [file, own] });
      expect(both['volumeMounts']).toEqual([file, own]);
      expect(both['env']).toContainEqual({ name: 'K_EVENT_PATH', value: '/data' });
    },
  );

  test('leaves variables alone that the container sets itself', () => {
    const env = [{ name: 'K_EXECUTION_MODE', value: 'mine' }];
    expect(containerOf({ env })['env']).toEqual([
      { name: 'K_EVENT_PATH', value: '/etc/jobsink-event' },
      ...env,
    ]);
  });

  test('puts its variables in front of those that refer to them, in init containers too', () => {
    const env = [{ name: 'FILE', value: '$(K_EVENT_PATH)/event' }];
    const template = {
      spec: { initContainers: [{ name: 'first', env }], containers: [{ name: 'main', env }] },
    };
    const pod = jobOf(makeJobSink({ spec: { template } })).spec.template.spec;
    for (const containers of [pod['initContainers'], pod['containers']]) {
      const names = (containers as { env: { name: string }[] }[]).map((each) =>
        each.env.map(({ name }) => name),
      );
      expect(names).toEqual([['K_EVENT_PATH', 'K_EXECUTION_MODE', 'FILE']]);
    }
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
    plan(sink).job();
    expect(sink).toEqual(before);
  });
});

describe('the Secret', () => {
  test('holds the event as the second seed document shows it, and belongs to the Job', () => {
    const { jobName, secretFor } = plan(makeJobSink());
    const secret = secretFor({ uid: 'job-uid', secretName: 'as-the-job-says' });
    const { event } = secret['data'] as { event: string };
    expect(Buffer.from(event, 'base64').toString()).toBe(
      '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}',
    );
    expect(secret).toMatchObject({
      immutable: true,
      metadata: {
        name: 'as-the-job-says',
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: jobName, uid: 'job-uid' }],
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
    expect(plan(makeJobSink(), withText(room)).jobName).toMatch(/^logger-/);
    expect(() => plan(makeJobSink(), withText(room + 1))).toThrow(
      expect.objectContaining({ code: 'EventTooLarge' }),
    );
  });
});
