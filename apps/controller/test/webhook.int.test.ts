import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource, kafkaSinkResource, type JobSink } from '@event-sinks/crds';
import {
  jobs,
  loadKubeClient,
  namespaces,
  type KubeApiError,
  type KubeObject,
  type Resource,
} from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import { condition, jobSinkSpec, startCluster, type Cluster, type Sink } from './cluster.ts';
import { createTemplateTrial } from '../src/webhook/template-trial.ts';
import { badTemplates } from './webhook-templates.ts';
import { wrongTypes } from './webhook-wrong-types.ts';
import {
  becomesReady,
  freePort,
  installWebhook,
  jobSink,
  startReplica,
  webhookConfigurations,
  type WebhookReplica,
} from './webhook-support.ts';

let cluster: Cluster;
let replica: WebhookReplica;
let port: number;

beforeAll(async () => {
  cluster = await startCluster();
  port = await freePort();
  // Made before there was an admission: what the cluster thinks of it now must not keep it as it is.
  await cluster.create(jobSinkResource, 'older', refusedSpec);
  await installWebhook(cluster, port);
  replica = await startReplica(cluster, port);
  await becomesReady(replica);
}, 120_000);

afterAll(async () => {
  await replica.stop();
  await cluster.close();
});

const refusedSpec = { job: { spec: { template: { spec: { containers: [{ name: 'main', image: 'x' }] } } } } };
const quotas: Resource = { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true };

const create = (name: string, job?: unknown): Promise<KubeObject> =>
  cluster.client.create<KubeObject>(jobSinkResource, jobSink(name, job));

const refusalOf = async (attempt: Promise<unknown>): Promise<KubeApiError> =>
  attempt.then(
    () => {
      throw new Error('was not refused');
    },
    (error: unknown) => error as KubeApiError,
  );

describe('a JobSink is taken', () => {
  const bash = { name: 'main', image: 'docker.io/library/bash:5' };
  const seeds: [string, object][] = [
    [
      'job-sink-logger',
      {
        spec: {
          ...{ completions: 1, parallelism: 1 },
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [{ ...bash, command: ['cat'], args: ['/etc/jobsink-event/event'] }],
            },
          },
        },
      },
    ],
    [
      'job-sink-custom-mount-path',
      {
        spec: {
          ...{ completions: 1, parallelism: 1 },
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [
                {
                  ...{ ...bash, command: ['bash'], args: ['-c', 'echo "Hello world!" && sleep 5'] },
                  volumeMounts: [{ name: 'jobsink-event', mountPath: '/etc/custom-path', readOnly: true }],
                },
              ],
            },
          },
        },
      },
    ],
    // The document shows this one cut down to the field it is about.
    ['job-sink-example', { spec: { ...jobSinkSpec.job.spec, ttlSecondsAfterFinished: 600 } }],
    [
      'job-sink-failure',
      {
        metadata: { labels: { 'my-label': 'my-value' } },
        spec: {
          ...{ completions: 12, parallelism: 3, backoffLimit: 6 },
          template: {
            spec: {
              restartPolicy: 'Never',
              containers: [
                { ...bash, command: ['bash'], args: ['-c', 'echo "Hello world!" && sleep 5 && exit 42'] },
              ],
            },
          },
          podFailurePolicy: {
            rules: [
              { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [42] } },
              { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
            ],
          },
        },
      },
    ],
  ];

  test.each(seeds)('as the documents have it: %s', async (name, job) => {
    await create(name, job);
    expect((await cluster.client.list(jobs)).items).toEqual([]);
  });

  test('with a Job as kubectl prints it', async () => {
    const metadata = { creationTimestamp: null, name: 'pi', namespace: 'shop' };
    await create('printed', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      ...jobSinkSpec.job,
      status: {},
    });
  });

  test('with a name that the API server makes up', async () => {
    const { apiVersion, kind, spec } = jobSink('x');
    const body = { apiVersion, kind, spec, metadata: { generateName: 'made-', namespace: 'shop' } };
    const { code, stderr } = await cluster.server.tryKubectl(['create', '-f', '-'], JSON.stringify(body));
    expect([code, stderr]).toEqual([0, '']);
  });

  test('with a name of 63 characters', async () => {
    await create('n'.repeat(63));
  });

  test('with a mount beside the event’s', async () => {
    const volumeMounts = [{ name: 'tmp', mountPath: '/etc/jobsink-event-2' }];
    const pod = { ...jobSinkSpec.job.spec.template.spec, volumes: [{ name: 'tmp', emptyDir: {} }] };
    await create('beside', {
      spec: { template: { spec: { ...pod, containers: [{ name: 'main', image: 'x', volumeMounts }] } } },
    });
  });

  test('with the warnings of the API server for its Job', async () => {
    const label = 'pod-security.kubernetes.io/enforce=restricted';
    await cluster.server.kubectl(['create', 'namespace', 'restricted']);
    await cluster.server.kubectl(['label', 'namespace', 'restricted', label]);
    const sink = { ...jobSink('rootful'), metadata: { name: 'rootful', namespace: 'restricted' } };
    const { code, stderr } = await cluster.server.tryKubectl(['create', '-f', '-'], JSON.stringify(sink));
    expect(code).toBe(0);
    expect(stderr).toContain('Warning: spec.job: would violate PodSecurity "restricted:latest"');
    expect(stderr).toContain('seccompProfile');
    for (const line of stderr.trimEnd().split('\n')) expect(line.length).toBeLessThanOrEqual(256 + 9);
    await eventually(async () => {
      const target = { namespace: 'restricted', name: 'rootful' };
      const made = await cluster.client.get<Sink>(jobSinkResource, target);
      expect(condition(made, 'JobTemplateValid')).toMatchObject({
        ...{ status: 'True', reason: 'JobTemplateWarnings' },
        message: expect.stringContaining('would violate PodSecurity'),
      });
    });
  });

  test('with a warning where a quota is full', async () => {
    const namespace = 'crowded';
    const metadata = { name: 'none', namespace };
    const hard = { 'count/jobs.batch': '0' };
    await cluster.client.create<KubeObject>(namespaces, {
      ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    });
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } };
    const { metadata: made } = await cluster.client.create<KubeObject>(quotas, quota);
    // Nothing counts here; the admission goes by what the status says.
    const target = { namespace, name: 'none', resourceVersion: made.resourceVersion ?? '' };
    await cluster.client.patchStatus(quotas, target, { hard, used: { 'count/jobs.batch': '0' } });
    const sink = { ...jobSink('squeezed'), metadata: { name: 'squeezed', namespace } };
    await eventually(async () => {
      const made = await cluster.server.tryKubectl(
        ['create', '--dry-run=server', '-f', '-'],
        JSON.stringify(sink),
      );
      expect(made.code).toBe(0);
      expect(made.stderr).toContain('a quota leaves no room');
    });
  });
});

describe('a JobSink is refused, with its field and the mend', () => {
  test('in at least 150 cases, beside those that the CRD refuses by itself', () => {
    expect(badTemplates.length + wrongTypes.length).toBeGreaterThanOrEqual(150);
  });

  test.each([...badTemplates, ...wrongTypes].map((each) => [each.what, each] as const))(
    '%s',
    async (_what, { job, field, mend }) => {
      const refusal = await refusalOf(create('wrong', job));
      expect([refusal.status, refusal.reason]).toEqual([422, 'Invalid']);
      expect(refusal.causes.map((cause) => cause.field)).toEqual([field]);
      expect(refusal.causes[0]?.message).toMatch(mend);
      expect(refusal.message).toContain(`${field}: `);
    },
  );

  test('a name of 64 characters', async () => {
    const refusal = await refusalOf(create('n'.repeat(64)));
    expect(refusal.message).toMatch(/metadata\.name.*longer than 63 characters; choose a shorter one/);
  });

  test('also when its spec is changed to that', async () => {
    await create('changed');
    const patch = '{"spec":{"job":{"spec":{"suspend":"yes"}}}}';
    const refusal = await cluster.server.tryKubectl([
      ...['patch', '-n', 'shop', 'jobsink', 'changed', '--type=merge', '-p', patch],
    ]);
    expect(refusal.stderr).toContain('spec.job.spec.suspend: must be true or false, not a string');
  });

  test('as kubectl shows it', async () => {
    const { stderr } = await cluster.server.tryKubectl(
      ['create', '-f', '-'],
      JSON.stringify(jobSink('shown', refusedSpec.job)),
    );
    expect(stderr).toContain('The JobSink "shown" is invalid: spec.job.spec.template.spec.restartPolicy: ');
    expect(stderr).toContain('"Never"');
  });
});

async function versioned(
  name: string,
): Promise<{ namespace: string; name: string; resourceVersion: string }> {
  const { metadata } = await cluster.read(jobSinkResource, name);
  return { namespace: 'shop', name, resourceVersion: metadata.resourceVersion ?? '' };
}

describe('a JobSink whose template would be refused now', () => {
  test('gets a condition that says so in the API server’s words', async () => {
    await eventually(async () => {
      const sink = await cluster.read(jobSinkResource, 'older');
      expect(condition(sink, 'JobTemplateValid')).toMatchObject({
        status: 'False',
        reason: 'JobTemplateRefused',
      });
      expect(condition(sink, 'JobTemplateValid')?.message).toContain(
        'spec.job.spec.template.spec.restartPolicy: Required value',
      );
      expect(condition(sink, 'Ready')).toMatchObject({ status: 'False', reason: 'JobTemplateRefused' });
      expect(condition(sink, 'EventPoliciesReady')).toMatchObject({ status: 'True', reason: 'OIDCDisabled' });
    });
  });

  test('may still be labelled', async () => {
    await eventually(async () => {
      const target = await versioned('older');
      await cluster.client.patch(jobSinkResource, target, { metadata: { labels: { a: 'b' } } });
    });
  });

  test('is healed by a better one', async () => {
    await cluster.change(jobSinkResource, 'older', jobSinkSpec);
    await eventually(async () => {
      const sink = await cluster.read(jobSinkResource, 'older');
      expect(sink.status?.observedGeneration).toBe(2);
      expect(condition(sink, 'JobTemplateValid')).toMatchObject({ status: 'True' });
    });
  });
});

describe('the endpoint', () => {
  test('fills in whom API servers should trust, and mends it', async () => {
    const bundle = async (): Promise<string> => {
      const found = await cluster.client.get<KubeObject>(webhookConfigurations, {
        name: 'event-sinks-webhook',
      });
      const [entry] = found['webhooks'] as { clientConfig: { caBundle?: string } }[];
      return entry?.clientConfig.caBundle ?? '';
    };
    const before = await bundle();
    expect(Buffer.from(before, 'base64').toString()).toContain('BEGIN CERTIFICATE');
    const wipe = '[{"op":"remove","path":"/webhooks/0/clientConfig/caBundle"}]';
    await cluster.server.kubectl([
      ...['patch', 'validatingwebhookconfiguration', 'event-sinks-webhook', '--type=json', '-p', wipe],
    ]);
    await eventually(async () => {
      expect(await bundle()).toBe(before);
    });
    // As `helm upgrade` would: what it renders has no caBundle, and what others filled in stays.
    await installWebhook(cluster, port);
    expect(await bundle()).toBe(before);
  });

  test.each([
    ['another path', { path: '/other' }, 404],
    ['another method', { method: 'GET' }, 405],
    ['what is not JSON by its type', { type: 'text/plain' }, 415],
    ['what is not JSON', { body: '{' }, 400],
    ['what is no review', { body: '{"kind":"Job"}' }, 400],
    ['what is too large', { body: `"${'x'.repeat(9 * 1024 * 1024)}"` }, 413],
  ])('refuses %s', async (_what, request, status) => {
    const {
      path = '/validate-job-sink',
      method = 'POST',
      type = 'application/json',
      body = '{}',
    } = request as {
      path?: string;
      method?: string;
      type?: string;
      body?: string;
    };
    expect(await statusOf(path, method, type, body)).toBe(status);
  });
});

function statusOf(path: string, method: string, type: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': type,
      ...(method === 'POST' && { 'content-length': Buffer.byteLength(body) }),
    };
    const call = httpsRequest(
      { host: 'localhost', port, path, method, headers, rejectUnauthorized: false },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
        call.destroy();
      },
    );
    call.on('error', reject);
    call.end(method === 'POST' ? body : undefined);
  });
}

describe('while no controller runs', () => {
  beforeAll(async () => {
    await create('left');
    await replica.stop();
  });

  afterAll(async () => {
    replica = await startReplica(cluster, port);
    await becomesReady(replica);
  });

  test('no JobSink is made or changed', async () => {
    expect((await refusalOf(create('unasked'))).message).toContain('failed calling webhook');
    const target = await versioned('left');
    const refusal = await refusalOf(
      cluster.client.patch(jobSinkResource, target, { spec: { job: { spec: { suspend: true } } } }),
    );
    expect(refusal.message).toContain('failed calling webhook');
  });

  test('labels, status and deletion go on, and so do KafkaSinks', async () => {
    const { client } = cluster;
    await client.patch(jobSinkResource, await versioned('left'), { metadata: { labels: { a: 'b' } } });
    await client.patchStatus(jobSinkResource, await versioned('left'), { observedGeneration: 7 });
    await client.delete(jobSinkResource, { namespace: 'shop', name: 'left' });
    const spec = { topic: 'orders', bootstrapServers: ['kafka:9092'] };
    await cluster.create(kafkaSinkResource, 'orders', spec);
  });
});

describe('trouble that is not the template’s', () => {
  const sink = { ...jobSink('any'), metadata: { namespace: 'shop', name: 'any', uid: 'u', generation: 1 } };
  const tryWith = (kubeconfig: string) =>
    createTemplateTrial({
      client: loadKubeClient({ kubeconfig, userAgent: 'test' }),
      ...{ timeoutMs: 3_000, newId: () => 'id' },
    })(sink as unknown as JobSink, new AbortController().signal);

  test('is a right that the controller itself lacks', async () => {
    const kubectl = (args: readonly string[]): Promise<string> => cluster.server.kubectl(args);
    await kubectl(['create', '-n', 'shop', 'serviceaccount', 'powerless']);
    const token = (await kubectl(['create', '-n', 'shop', 'token', 'powerless'])).trim();
    const config = JSON.parse(readFileSync(cluster.server.kubeconfig, 'utf8')) as {
      users: { user: object }[];
    };
    config.users = config.users.map((each) => ({ ...each, user: { token } }));
    const file = join(mkdtempSync(join(tmpdir(), 'event-sinks-webhook-')), 'kubeconfig');
    writeFileSync(file, JSON.stringify(config));
    const outcome = await tryWith(file);
    rmSync(dirname(file), { recursive: true });
    expect(outcome).toMatchObject({ kind: 'trouble' });
    expect(outcome).toHaveProperty('message', expect.stringContaining('ClusterRole event-sinks-controller'));
  });

  test('is an API server that does not answer', async () => {
    await cluster.server.pause();
    const outcome = await tryWith(cluster.server.kubeconfig);
    await cluster.server.resume();
    expect(outcome).toEqual({ kind: 'trouble', message: 'the API server did not answer in time' });
  });
});
