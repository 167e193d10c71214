import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeHttp } from '@event-sinks/cloudevents';
import { jobSinkResource, parseJobSink, type JobSink } from '@event-sinks/crds';
import { configMaps, jobs, secrets, type KubeObject } from '@event-sinks/kube';
import { eventually, oneLine, servedUrl, type SinkServer, stored } from '@event-sinks/testing';
import {
  eventSecretName,
  maxEventFileBytes,
  planDispatch,
  secretNameBytes,
  type DispatchPlan,
} from '@event-sinks/job-plan';
import { smallestJob, startCluster, type Cluster, type Job, type Secret } from './cluster.ts';
import { fillQuota } from './quota.ts';
import { forbid } from './forbidding-policy.ts';
import { eventHeaders, post, startDispatcher } from './dispatcher.ts';

const seedLine =
  '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event","datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}';

let cluster: Cluster;
let dispatcher: SinkServer;
let other: SinkServer;

beforeAll(async () => {
  cluster = await startCluster();
  dispatcher = await startDispatcher(cluster.server.kubeconfig);
  other = await startDispatcher(cluster.server.kubeconfig);
}, 120_000);

afterAll(async () => {
  await dispatcher.stop();
  await other.stop();
  await cluster.close();
});

/** A namespace and a JobSink in it that is served. */
async function servedSink(namespace: string, job?: object): Promise<{ sink: KubeObject; url: string }> {
  const sink = await cluster.jobSink(await cluster.namespace(namespace), 'logger', job);
  return { sink, url: await servedUrl(dispatcher.url, sink) };
}

/** What the dispatcher would write for the event of the user guide. */
function planFor(sink: KubeObject): DispatchPlan {
  const parsed = parseJobSink(sink);
  if (!parsed.ok) throw new Error(parsed.problems.join());
  const headers = Object.entries(eventHeaders()).flat();
  return planDispatch(
    parsed.value satisfies JobSink,
    decodeHttp(headers, Buffer.from('{"details":"JobSinkDemo"}')),
    randomBytes(secretNameBytes),
  );
}

/** The event file that the pods of a Job get. */
async function mountedFile(job: Job | undefined): Promise<string> {
  const name = eventSecretName(job ?? {}) ?? 'none';
  const namespace = job?.metadata.namespace;
  return fileOf((await cluster.client.get(secrets, { namespace, name })) as Secret);
}

/** As a dispatcher of 0.2.0 made it. */
function formerJob({ job, jobName, digest }: DispatchPlan): KubeObject {
  const made = job() as unknown as Job;
  const volumes = [{ name: 'jobsink-event', secret: { secretName: jobName } }];
  const template = { ...made.spec.template, spec: { ...made.spec.template.spec, volumes } };
  const annotations = { 'sinks.knative.dev/event-digest': digest };
  return { ...made, metadata: { ...made.metadata, annotations }, spec: { ...made.spec, template } };
}

const now = new Date().toISOString();

/** As the Job controller leaves a Job that ran into its deadline. */
const failedStatus = {
  startTime: now,
  conditions: ['FailureTarget', 'Failed'].map((type) => ({
    ...{ type, status: 'True', reason: 'DeadlineExceeded', lastTransitionTime: now },
  })),
};

const fileOf = (secret: { data: Readonly<Record<string, string>> } | undefined): string =>
  Buffer.from(secret?.data['event'] ?? '', 'base64').toString();

async function namesOf(namespace: string): Promise<readonly string[]> {
  const objects = [...(await cluster.jobsOf(namespace)), ...(await cluster.secretsOf(namespace))];
  return objects.map(({ kind, metadata: { name, uid } }) => `${kind} ${name} ${uid}`);
}

async function expectNothingIn(namespace: string): Promise<void> {
  expect(await cluster.jobsOf(namespace)).toEqual([]);
  expect(await cluster.secretsOf(namespace)).toEqual([]);
}

describe('a new event', () => {
  test('in binary mode becomes a Job and its Secret with exactly the line that the user guide shows', async () => {
    const { sink, url } = await servedSink('binary');
    expect(await post(url)).toEqual(stored);

    const [job, ...otherJobs] = await cluster.jobsOf('binary');
    const [secret, ...otherSecrets] = await cluster.secretsOf('binary');
    expect([otherJobs, otherSecrets]).toEqual([[], []]);
    expect(fileOf(secret)).toBe(seedLine);
    const plan = planFor(sink);
    expect(job?.metadata).toMatchObject({
      name: plan.jobName,
      labels: { 'sinks.knative.dev/job-sink-name': 'logger', 'sinks.knative.dev/job-sink-id': plan.jobName },
      annotations: {
        'sinks.knative.dev/event-identity': plan.digest,
        'sinks.knative.dev/event-source': 'my/curl/command',
        'sinks.knative.dev/event-id': '123',
        'sinks.knative.dev/event-type': 'my.demo.event',
      },
      ownerReferences: [
        {
          apiVersion: 'sinks.knative.dev/v1alpha1',
          kind: 'JobSink',
          name: 'logger',
          uid: sink.metadata.uid,
          controller: true,
        },
      ],
    });
    expect(secret).toMatchObject({
      immutable: true,
      metadata: {
        name: eventSecretName(job!),
        labels: { 'sinks.knative.dev/job-sink-name': 'logger' },
        ownerReferences: [
          { apiVersion: 'batch/v1', kind: 'Job', name: plan.jobName, uid: job?.metadata.uid },
        ],
      },
    });
    expect(Object.keys(secret?.data ?? {})).toEqual(['event']);
  });

  test('in structured mode becomes the same Job with the same line', async () => {
    const { sink, url } = await servedSink('structured');
    const headers = { 'content-type': 'Application/CloudEvents+JSON; charset=utf-8' };
    expect(await post(url, headers, seedLine)).toEqual(stored);
    expect((await cluster.jobsOf('structured')).map(({ metadata }) => metadata.name)).toEqual([
      planFor(sink).jobName,
    ]);
    expect((await cluster.secretsOf('structured')).map(fileOf)).toEqual([seedLine]);
  });

  test('fills a Secret to its last byte, and one byte more is refused before anything is written', async () => {
    const { url } = await servedSink('full');
    const [before = '', after = ''] = seedLine.split('{"details":"JobSinkDemo"}');
    const room = maxEventFileBytes - before.length - after.length - '""'.length;
    expect(await post(url, eventHeaders(), `"${'x'.repeat(room + 1)}"`)).toMatchObject({
      status: 413,
      reason: 'EventTooLarge',
    });
    await expectNothingIn('full');
    expect(await post(url, eventHeaders(), `"${'x'.repeat(room)}"`)).toEqual(stored);
    expect(fileOf((await cluster.secretsOf('full'))[0])).toHaveLength(maxEventFileBytes);
  });

  test.each([
    ['whose body is larger than the limit', 'long', 1_048_577],
    ['that is binary and outgrows a Secret as base64', 'base64', 900_000],
  ])('%s is 413, with nothing created', async (_what, namespace, size) => {
    const { url } = await servedSink(namespace);
    const body = new Uint8Array(size).fill(255);
    const answer = await post(url, eventHeaders({ 'content-type': 'application/octet-stream' }), body);
    expect(answer).toEqual({
      status: 413,
      reason: 'EventTooLarge',
      retryAfter: null,
      body: expect.stringMatching(oneLine),
    });
    await expectNothingIn(namespace);
  });
});

describe('the Job', () => {
  test('carries everything of its template through the API server, and the event to every container', async () => {
    const podFailurePolicy = {
      rules: [
        { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
        { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      ],
    };
    const spec = {
      ...{ completions: 12, parallelism: 3, backoffLimit: 6, ttlSecondsAfterFinished: 600, suspend: true },
      podFailurePolicy,
      template: {
        metadata: { labels: { team: 'a' } },
        spec: {
          restartPolicy: 'Never',
          initContainers: [{ name: 'first', image: 'example.com/first' }],
          containers: [
            {
              name: 'main',
              image: 'example.com/main',
              env: [{ name: 'K_EXECUTION_MODE', value: 'mine' }],
              volumeMounts: [{ name: 'jobsink-event', mountPath: '/etc/custom-path', readOnly: true }],
            },
          ],
        },
      },
    };
    const labels = { 'kueue.x-k8s.io/queue-name': 'user-queue' };
    const { url } = await servedSink('template', { metadata: { labels, annotations: { a: 'b' } }, spec });
    expect(await post(url)).toEqual(stored);

    const job = (await cluster.jobsOf('template'))[0]!;
    expect(job.metadata.labels).toMatchObject(labels);
    expect(job.metadata.annotations).toMatchObject({ a: 'b' });
    const { template, ...rest } = spec;
    expect(job.spec).toMatchObject({ ...rest, template: { metadata: template.metadata } });
    const [first] = job.spec.template.spec.initContainers ?? [];
    const [main] = job.spec.template.spec.containers;
    expect(first).toMatchObject({
      env: [
        { name: 'K_EVENT_PATH', value: '/etc/jobsink-event' },
        { name: 'K_EXECUTION_MODE', value: 'batch' },
      ],
      volumeMounts: [{ name: 'jobsink-event', mountPath: '/etc/jobsink-event', readOnly: true }],
    });
    expect(main).toMatchObject({
      env: [
        { name: 'K_EVENT_PATH', value: '/etc/custom-path' },
        { name: 'K_EXECUTION_MODE', value: 'mine' },
      ],
      volumeMounts: [{ name: 'jobsink-event', mountPath: '/etc/custom-path', readOnly: true }],
    });
    expect(job.spec.template.spec.volumes).toMatchObject([
      { name: 'jobsink-event', secret: { secretName: eventSecretName(job) } },
    ]);
  });

  test('that the API server refuses is 503 with the reason, and leaves nothing behind', async () => {
    const template = { spec: { restartPolicy: 'Always', containers: [{ name: 'main', image: 'a' }] } };
    const { url } = await servedSink('refused', { spec: { template } });
    const answer = await post(url);
    expect(answer).toMatchObject({
      status: 503,
      reason: 'JobTemplateRefused',
      body: expect.stringMatching(oneLine),
    });
    expect(Number(answer.retryAfter)).toBeGreaterThan(0);
    await expectNothingIn('refused');
  });

  test.each([
    ['containers that are no list', { containers: 'none' }],
    ['a container that is null', { containers: [null] }],
    ['volumes that are no list', { containers: [{ name: 'main' }], volumes: { a: 1 } }],
    ['mounts that are no list', { containers: [{ name: 'main', volumeMounts: 7 }] }],
    ['variables that are no list', { containers: [{ name: 'main', env: true }] }],
    ['a variable that is null', { containers: [{ name: 'main', env: [null] }] }],
  ])('with %s is refused by the API server like any other, and is no bug of ours', async (what, pod) => {
    const namespace = what.replaceAll(' ', '-');
    const { url } = await servedSink(namespace, { spec: { template: { spec: pod } } });
    expect(await post(url)).toMatchObject({ status: 503, reason: 'JobTemplateRefused' });
    await expectNothingIn(namespace);
  });

  test('never goes to another namespace than its JobSink’s', async () => {
    await cluster.namespace('elsewhere-victim');
    const { url } = await servedSink('elsewhere', {
      metadata: { namespace: 'elsewhere-victim' },
      ...smallestJob,
    });
    expect(await post(url)).toMatchObject({ status: 503, reason: 'JobTemplateRefused' });
    await expectNothingIn('elsewhere');
    await expectNothingIn('elsewhere-victim');
  });
});

describe('an event that comes again', () => {
  test('is taken again, and makes nothing new', async () => {
    const { url } = await servedSink('again');
    expect(await post(url)).toEqual(stored);
    const before = await namesOf('again');
    expect(await post(url)).toEqual(stored);
    expect([await namesOf('again')]).toEqual([before]);
    expect(await mountedFile((await cluster.jobsOf('again'))[0])).toBe(seedLine);
  });

  test('20 times at once, at two dispatchers, makes one Job and one Secret', async () => {
    const { sink, url } = await servedSink('at-once');
    const urls = [url, await servedUrl(other.url, sink)];
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => post(urls[index % 2] ?? '')));
    expect(answers).toEqual(answers.map(() => stored));
    const made = await cluster.jobsOf('at-once');
    expect(made).toHaveLength(1);
    const kept = await cluster.secretsOf('at-once');
    expect(kept.map(({ metadata }) => metadata.ownerReferences?.[0]?.uid)).toEqual([made[0]?.metadata.uid]);
  });

  test('finds its Job without a Secret, as a crash leaves it, and makes the Secret before its 202', async () => {
    const { sink, url } = await servedSink('crashed');
    const job = await cluster.client.create<KubeObject>(jobs, planFor(sink).job());
    expect(await cluster.secretsOf('crashed')).toEqual([]);
    expect(await post(url)).toEqual(stored);
    const [secret] = await cluster.secretsOf('crashed');
    expect(fileOf(secret)).toBe(seedLine);
    expect(secret?.metadata.ownerReferences?.[0]?.uid).toBe(job.metadata.uid);
    const [kept, ...others] = await cluster.jobsOf('crashed');
    expect([kept?.metadata.uid, others]).toEqual([job.metadata.uid, []]);
    expect(await mountedFile(kept)).toBe(seedLine);
  });

  test('finds a Job that 0.2.0 made, with the Secret or without, and makes no second one', async () => {
    const { sink, url } = await servedSink('former');
    const plan = planFor(sink);
    await cluster.client.create<KubeObject>(jobs, formerJob(plan));
    for (let copy = 0; copy < 2; copy += 1) expect(await post(url)).toEqual(stored);
    const [job, ...others] = await cluster.jobsOf('former');
    expect(others).toEqual([]);
    expect((await cluster.secretsOf('former')).map(({ metadata }) => metadata.name)).toEqual([plan.jobName]);
    expect(await mountedFile(job)).toBe(seedLine);
  });

  test.each(['Background', 'Foreground', 'Orphan'] as const)(
    'after its Job was deleted (%s), with other data, runs on its own data',
    async (propagationPolicy) => {
      const namespace = `deleted-${propagationPolicy.toLowerCase()}`;
      const { url } = await servedSink(namespace);
      expect(await post(url, eventHeaders(), '"old"')).toEqual(stored);
      const [old] = await cluster.jobsOf(namespace);
      const target = { namespace, name: old!.metadata.name };
      await cluster.client.delete(jobs, target, { propagationPolicy });
      // The garbage collector, which does not run here, would do this.
      const gone = (await cluster.isGone(jobs, namespace, target.name))
        ? undefined
        : await cluster.client.get(jobs, target);
      if (gone !== undefined) {
        const pinned = { ...target, resourceVersion: gone.metadata.resourceVersion ?? '' };
        await cluster.client.patch(jobs, pinned, { metadata: { finalizers: null } });
      }
      expect(await post(url, eventHeaders(), '"new"')).toEqual(stored);
      const [job, ...others] = await cluster.jobsOf(namespace);
      expect([others, job?.metadata.uid === old?.metadata.uid]).toEqual([[], false]);
      expect(await mountedFile(job)).toMatch(/"data":"new"\}$/);
      expect(await cluster.secretsOf(namespace)).toHaveLength(2);
    },
  );

  test('does not take a Secret for its own that was there under the Job’s name', async () => {
    const { sink, url } = await servedSink('forged');
    const { jobName } = planFor(sink);
    await cluster.client.create<KubeObject>(secrets, {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'forged', name: jobName } },
      data: { event: Buffer.from('forged').toString('base64') },
    });
    expect(await post(url)).toEqual(stored);
    expect(await mountedFile((await cluster.jobsOf('forged'))[0])).toBe(seedLine);
  });

  test('finds a Job made by hand that would have it written to a Secret of another name: 409', async () => {
    const { sink, url } = await servedSink('deputy');
    const made = formerJob(planFor(sink)) as Job;
    const volumes = [{ name: 'jobsink-event', secret: { secretName: 'somebody-elses' } }];
    const spec = { ...made.spec, template: { spec: { ...made.spec.template.spec, volumes } } };
    await cluster.client.create<KubeObject>(jobs, { ...made, spec });
    expect(await post(url)).toMatchObject({ status: 409, reason: 'JobConflict' });
    expect(await cluster.secretsOf('deputy')).toEqual([]);
  });

  test('finds a Job that failed before it had its event, which then makes room for one that has it', async () => {
    const { sink, url } = await servedSink('failed-empty');
    const { job, jobName } = planFor(sink);
    const { metadata } = await cluster.client.create<KubeObject>(jobs, job());
    await cluster.client.patchStatus(
      jobs,
      { namespace: 'failed-empty', name: jobName, resourceVersion: metadata.resourceVersion ?? '' },
      failedStatus,
    );
    expect(await post(url)).toMatchObject({ status: 409, reason: 'JobConflict' });
    await eventually(async () => {
      expect(await cluster.jobsOf('failed-empty')).toEqual([]);
    });
    expect(await post(url)).toEqual(stored);
    expect((await cluster.jobsOf('failed-empty'))[0]?.metadata.uid).not.toBe(metadata.uid);
  });

  test('is taken when its Job failed with the event in its hands', async () => {
    const { sink, url } = await servedSink('failed-full');
    expect(await post(url)).toEqual(stored);
    const [made] = await cluster.jobsOf('failed-full');
    const target = { namespace: 'failed-full', name: planFor(sink).jobName };
    await cluster.client.patchStatus(
      jobs,
      { ...target, resourceVersion: made?.metadata.resourceVersion ?? '' },
      failedStatus,
    );
    expect(await post(url)).toEqual(stored);
    expect((await cluster.jobsOf('failed-full')).map(({ metadata }) => metadata.uid)).toEqual([
      made?.metadata.uid,
    ]);
  });

  test('after its failure at a Trigger is another event', async () => {
    const { url } = await servedSink('dead-letter');
    expect(await post(url)).toEqual(stored);
    for (const destination of ['http://first', 'http://second'])
      expect(await post(url, eventHeaders({ 'ce-knativeerrordest': destination }))).toEqual(stored);
    expect(await cluster.jobsOf('dead-letter')).toHaveLength(3);
    expect(await cluster.secretsOf('dead-letter')).toHaveLength(3);
  });
});

describe('a Job that stands in the way', () => {
  test('because it belongs to something else is left alone: 409', async () => {
    const { sink, url } = await servedSink('foreign');
    const { apiVersion, kind, metadata, spec } = planFor(sink).job();
    const { name, namespace } = metadata;
    const foreign = { apiVersion, kind, metadata: { name, namespace }, spec };
    const before = await cluster.client.create<KubeObject>(jobs, foreign);
    expect(await post(url)).toMatchObject({
      status: 409,
      reason: 'JobConflict',
      body: expect.stringMatching(oneLine),
    });
    expect(await cluster.client.get(jobs, { namespace, name })).toEqual(before);
    expect(await cluster.secretsOf('foreign')).toEqual([]);
  });

  test('because its digest is another event’s is left alone too', async () => {
    const { sink, url } = await servedSink('collision');
    const job = planFor(sink).job();
    const annotations = { 'sinks.knative.dev/event-identity': '0'.repeat(64) };
    await cluster.client.create<KubeObject>(jobs, { ...job, metadata: { ...job.metadata, annotations } });
    expect(await post(url)).toMatchObject({ status: 409, reason: 'JobConflict' });
    expect(await cluster.secretsOf('collision')).toEqual([]);
  });

  test('because it is being deleted is 409, until it is gone', async () => {
    const { sink, url } = await servedSink('terminating');
    const plan = planFor(sink);
    const [job, jobName] = [plan.job(), plan.jobName];
    const finalizers = ['example.com/hold'];
    await cluster.client.create<KubeObject>(jobs, { ...job, metadata: { ...job.metadata, finalizers } });
    const target = { namespace: 'terminating', name: jobName };
    await cluster.client.delete(jobs, target);
    expect(await post(url)).toMatchObject({ status: 409, reason: 'JobConflict' });
    expect(await cluster.secretsOf('terminating')).toEqual([]);

    const held = await cluster.client.get(jobs, target);
    const pinned = { ...target, resourceVersion: held.metadata.resourceVersion ?? '' };
    await cluster.client.patch(jobs, pinned, { metadata: { finalizers: null } });
    expect(await post(url)).toEqual(stored);
    expect((await cluster.jobsOf('terminating'))[0]?.metadata.uid).not.toBe(held.metadata.uid);
  });
});

describe('a sink', () => {
  test('that nobody made is 404', async () => {
    expect(await post(`${dispatcher.url}/default/nobody`)).toEqual({
      status: 404,
      reason: 'SinkNotFound',
      retryAfter: null,
      body: expect.stringMatching(oneLine),
    });
  });

  test('is served soon after it was made, and 404 soon after it was deleted, without a restart', async () => {
    const { sink, url } = await servedSink('short-lived');
    expect(await post(url)).toEqual(stored);
    await cluster.client.delete(jobSinkResource, { namespace: 'short-lived', name: sink.metadata.name });
    await eventually(
      async () => {
        expect(await post(url)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
      },
      { timeoutMs: 2_000 },
    );
  });
});

test('a sink that is deleted while the body comes is 404, with nothing created', async () => {
  const { sink, url } = await servedSink('mid-body');
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answer = text(socket);
  const head = Object.entries(eventHeaders({ host: 'sink', 'content-length': '2', connection: 'close' }))
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  socket.write(`POST ${pathname} HTTP/1.1\r\n${head}\r\n{`);
  await eventually(async () => {
    const metrics = await (await fetch(`${dispatcher.metricsUrl}/metrics`)).text();
    expect(metrics).toMatch(/event_sinks_requests_in_flight\S* 1$/m);
  });
  await cluster.client.delete(jobSinkResource, { namespace: 'mid-body', name: sink.metadata.name });
  await eventually(async () => {
    expect(await post(url)).toMatchObject({ status: 404 });
  });
  socket.write('}');
  expect((await answer).split('\r\n').slice(0, 2)).toEqual([
    'HTTP/1.1 404 Not Found',
    'Reason: SinkNotFound',
  ]);
  await expectNothingIn('mid-body');
});

/** What a probe of the controller is told of the events of a sink. */
async function lastOutcome(sink: KubeObject, url: string): Promise<string | null> {
  const hash = `${sink.metadata.uid}/1`;
  const { headers } = await fetch(url, { headers: { 'K-Network-Probe': 'probe', 'K-Network-Hash': hash } });
  return headers.get('K-Sink-Last-Outcome');
}

describe('what refuses new Jobs', () => {
  test('a full quota refuses a new event and not one that is stored', async () => {
    const { url } = await servedSink('no-jobs');
    expect(await post(url)).toEqual(stored);
    await fillQuota(cluster.client, 'no-jobs', 'count/jobs.batch');
    expect(await post(url)).toEqual(stored);
    expect(await post(url, eventHeaders({ 'ce-id': 'new' }))).toMatchObject({
      status: 429,
      reason: 'QuotaExhausted',
    });
    expect(await cluster.jobsOf('no-jobs')).toHaveLength(1);
  });

  test('a policy that came later does neither, and the Secret is made sure of', async () => {
    const { sink, url } = await servedSink('no-creates');
    await cluster.client.create<KubeObject>(jobs, planFor(sink).job());
    await forbid(cluster.client, { namespace: 'no-creates', operations: ['CREATE'] });
    for (let copy = 0; copy < 2; copy += 1) expect(await post(url)).toEqual(stored);
    expect(await mountedFile((await cluster.jobsOf('no-creates'))[0])).toBe(seedLine);
    expect(await post(url, eventHeaders({ 'ce-id': 'new' }))).toMatchObject({ status: 503 });
  });

  test('a template that became wrong does neither', async () => {
    const { sink, url } = await servedSink('wrong-later');
    expect(await post(url)).toEqual(stored);
    const target = { namespace: 'wrong-later', name: 'logger' };
    const { metadata } = await cluster.client.get(jobSinkResource, target);
    const spec = { job: { metadata: { namespace: 'another' } } };
    const pinned = { ...target, resourceVersion: metadata.resourceVersion ?? '' };
    const { metadata: changed } = await cluster.client.patch(jobSinkResource, pinned, { spec });
    expect(changed.generation).not.toBe(sink.metadata.generation);
    await eventually(async () => {
      const answer = await post(url, eventHeaders({ 'ce-id': 'new' }));
      expect(answer).toMatchObject({ status: 503, reason: 'JobTemplateRefused' });
    });
    expect(await post(url)).toEqual(stored);
  });
});

describe('a quota that is exhausted for Secrets', () => {
  test('is 429 for a new event, with no Job left behind, and the next try after it was lifted is taken', async () => {
    const { sink, url } = await servedSink('quota');
    const lift = await fillQuota(cluster.client, 'quota', 'count/secrets');
    for (let copy = 0; copy < 2; copy += 1) {
      const answer = await post(url);
      expect(answer).toMatchObject({
        ...{ status: 429, reason: 'QuotaExhausted', body: expect.stringMatching(oneLine) },
      });
      expect(Number(answer.retryAfter)).toBeGreaterThan(0);
      await expectNothingIn('quota');
    }
    expect(await lastOutcome(sink, url)).toMatch(/^QuotaExhausted;ago=\d+;since=\d+$/);
    await lift();
    expect(await post(url)).toEqual(stored);
    expect(await lastOutcome(sink, url)).toMatch(/^Stored;/);
    expect(await cluster.jobsOf('quota')).toHaveLength(1);
    expect((await cluster.secretsOf('quota')).map(fileOf)).toEqual([seedLine]);
  });

  test('leaves nothing behind of copies that come at once', async () => {
    const { sink, url } = await servedSink('quota-at-once');
    const lift = await fillQuota(cluster.client, 'quota-at-once', 'count/secrets');
    const urls = [url, await servedUrl(other.url, sink)];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, index) => post(urls[index % 2] ?? '')));
    expect(answers.every(({ status }) => status === 429 || status === 409)).toBe(true);
    await expectNothingIn('quota-at-once');
    await lift();
    expect(await post(url)).toEqual(stored);
  });

  test('is 202 for a stored event once a pod has started, or a copy came before; 429 without such proof', async () => {
    const { url } = await servedSink('proof');
    const started = eventHeaders({ 'ce-id': 'started' });
    const known = eventHeaders({ 'ce-id': 'known' });
    const waiting = eventHeaders({ 'ce-id': 'waiting' });
    for (const headers of [started, known, known, waiting]) expect(await post(url, headers)).toEqual(stored);
    await fillQuota(cluster.client, 'proof', 'count/secrets');
    const { name, resourceVersion = '' } = (await cluster.jobsOf('proof')).find(
      ({ metadata }) => metadata.annotations?.['sinks.knative.dev/event-id'] === 'started',
    )!.metadata;
    const status = { startTime: now, active: 1, ready: 1 };
    await cluster.client.patchStatus(jobs, { namespace: 'proof', name, resourceVersion }, status);
    expect(await post(url, started)).toEqual(stored);
    expect(await post(url, known)).toEqual(stored);
    expect(await post(url, waiting)).toMatchObject({ status: 429, reason: 'QuotaExhausted' });
    expect(await cluster.jobsOf('proof')).toHaveLength(3);
  });
});

describe('security that is asked for and not enforced', () => {
  const target = { namespace: 'knative-eventing', name: 'config-features' };
  const features = (data: object): Promise<KubeObject> =>
    cluster.client.create<KubeObject>(configMaps, {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: target },
      data,
    });

  test.each([
    ['authentication-oidc', 'enabled', 'AuthorizationNotSupported'],
    ['transport-encryption', 'strict', 'TransportEncryptionNotSupported'],
  ])('refuses every event while %s is %s, unless it is accepted', async (key, value, reason) => {
    const namespace = key.slice(0, 9);
    const { sink, url } = await servedSink(namespace);
    const env = { SECURITY_ACCEPT_UNENFORCED: 'true' };
    const accepting = await startDispatcher(cluster.server.kubeconfig, env);
    const acceptingUrl = await servedUrl(accepting.url, sink);
    if (reason === 'AuthorizationNotSupported') await cluster.namespace(target.namespace);
    await features({ [key]: value });
    await eventually(async () => {
      expect(await post(url)).toMatchObject({ status: 503, reason, retryAfter: '10' });
    });
    const before = (await cluster.jobsOf(namespace)).length;
    expect(await post(url)).toMatchObject({ status: 503, reason });
    expect(await cluster.jobsOf(namespace)).toHaveLength(before);
    expect(await post(acceptingUrl)).toEqual(stored);
    await eventually(() => {
      expect(accepting.lines).toContainEqual(
        expect.objectContaining({ level: 'warn', message: expect.stringContaining('is not enforced') }),
      );
    });
    await accepting.stop();

    await cluster.client.delete(configMaps, target);
    await eventually(async () => {
      expect(await post(url)).toEqual(stored);
    });
  });

  test('refuses events of a JobSink with EventPolicies, and of no other', async () => {
    const { sink, url } = await servedSink('policies');
    const other = await cluster.jobSink('policies', 'open');
    const otherUrl = await servedUrl(dispatcher.url, other);
    const write = async (policies: readonly object[]): Promise<void> => {
      const { metadata } = await cluster.client.get<KubeObject>(jobSinkResource, {
        ...{ namespace: 'policies', name: sink.metadata.name },
      });
      const version = { ...metadata, namespace: 'policies', resourceVersion: metadata.resourceVersion ?? '' };
      await cluster.client.patchStatus(jobSinkResource, version, { policies });
    };
    await write([{ apiVersion: 'eventing.knative.dev/v1alpha1', name: 'only-billing' }]);
    await eventually(async () => {
      expect(await post(url)).toMatchObject({ status: 503, reason: 'AuthorizationNotSupported' });
    });
    expect(await post(otherUrl)).toEqual(stored);
    await write([]);
    await eventually(async () => {
      expect(await post(url)).toEqual(stored);
    });
  });
});
