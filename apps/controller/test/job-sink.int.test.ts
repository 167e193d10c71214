import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  eventIdentityAnnotation,
  jobSinkIdLabel,
  jobSinkNameLabel,
  jobSinkResource,
} from '@event-sinks/crds';
import { jobs, pods, type KubeObject } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import { condition, jobSinkSpec, startCluster, type Cluster, type Sink } from './cluster.ts';
import { recheckReadyMs, startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';

let cluster: Cluster;
let controller: Controller;
const fakePods: FakePod[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  controller = await startController(cluster.server.kubeconfig, 'only', {
    ...{ TEMPLATE_RECHECK_REFUSED: '1s', SWEEP_INTERVAL: '1s', JOB_START_TIMEOUT: '30s' },
  });
}, 120_000);

afterEach(async () => {
  for (const pod of fakePods.splice(0)) await pod.remove();
});

afterAll(async () => {
  await controller.stop();
  await cluster.close();
});

async function startPod(serves: FakePod['serves'] = () => true): Promise<FakePod> {
  const pod = await startFakePod(cluster.client, 'job-sink');
  pod.serves = serves;
  fakePods.push(pod);
  return pod;
}

const create = (name: string): Promise<Sink> => cluster.create(jobSinkResource, name, jobSinkSpec);

/** The sink once its Ready is so; nothing before that counts. */
function becomes(name: string, ready: object, timeoutMs = 10_000): Promise<Sink> {
  return eventually(
    async () => {
      const sink = await cluster.read(jobSinkResource, name);
      expect(condition(sink, 'Ready')).toMatchObject(ready);
      return sink;
    },
    { timeoutMs },
  );
}

const urlOf = (name: string): string => `http://job-sink.knative-eventing.svc.cluster.local/shop/${name}`;

describe('a JobSink', () => {
  test('gets its address only when every ready pod serves this very version of it', async () => {
    await startPod();
    const slow = await startPod(() => false);
    const { uid = '' } = (await create('first')).metadata;
    const before = await becomes('first', { status: 'False', reason: 'NotServedYet' });
    expect(condition(before, 'DataPlaneAvailable')?.message).toContain('1 of 2');
    expect(condition(before, 'Addressable')).toMatchObject({ status: 'Unknown', reason: 'NotServedYet' });
    expect(before.status).toMatchObject({ observedGeneration: 1 });
    expect(before.status?.address).toBeUndefined();
    expect(new Set(slow.probes)).toEqual(new Set([`/shop/first ${uid}/1`]));

    slow.serves = (hash) => hash === `${uid}/1`;
    const after = await becomes('first', { status: 'True' });
    const address = { name: 'http', url: urlOf('first') };
    expect(after.status).toMatchObject({
      observedGeneration: 1,
      address,
      addresses: [address],
      job: { selector: 'sinks.knative.dev/job-sink-name=first' },
    });
    // All Jobs have to be counted once before anything can be said of them.
    await eventually(async () => {
      const { status } = await cluster.read(jobSinkResource, 'first');
      expect(status?.conditions?.map((each) => `${each.type}=${each.status}`)).toEqual([
        'Addressable=True',
        'DataPlaneAvailable=True',
        'EventPoliciesReady=True',
        'JobTemplateValid=True',
        'JobsRunnable=True',
        'Ready=True',
      ]);
    });
    await cluster.server.kubectl([
      ...['wait', '-n', 'shop', '--for=condition=Ready', '--timeout=1s', 'jobsink/first'],
    ]);
  });

  test('says so when no pod is ready, and is ready as soon as one is', async () => {
    const pod = await startPod();
    await pod.setReady(false);
    await create('lonely');
    const before = await becomes('lonely', { status: 'False', reason: 'NoReadyPods' });
    expect(before.status?.address).toBeUndefined();
    expect(pod.probes.filter((probe) => probe.includes('lonely'))).toEqual([]);
    await pod.setReady(true);
    await becomes('lonely', { status: 'True' });
  });

  test('is told of no lost data plane until it is clear that the controller does not go with it', async () => {
    const pod = await startPod();
    await create('leaving');
    await becomes('leaving', { status: 'True' });
    await pod.setReady(false);
    await controller.morePasses('jobsink', 1);
    const left = await cluster.read(jobSinkResource, 'leaving');
    expect(condition(left, 'Ready')).toMatchObject({ status: 'True' });
    // Knative's controller, which may come next, counts conditions without a severity.
    const counted = left.status?.conditions?.filter(({ severity = '' }) => severity === '');
    expect(counted?.map(({ type }) => type)).toEqual(['Addressable', 'EventPoliciesReady', 'Ready']);
    controller.time.jumpMonotonic(10_000);
    await eventually(() =>
      cluster.server.kubectl([
        'label',
        'jobsink',
        'leaving',
        '-n',
        'shop',
        '--overwrite',
        `at=${Date.now()}`,
      ]),
    );
    await becomes('leaving', { status: 'False', reason: 'NoReadyPods' }, 20_000);
  });

  test('is ready no longer soon after a pod stopped serving it, and keeps its address', async () => {
    const pod = await startPod();
    await create('abandoned');
    const before = await becomes('abandoned', { status: 'True' });
    pod.serves = () => false;
    const after = await becomes(
      'abandoned',
      { status: 'False', reason: 'NotServedYet' },
      recheckReadyMs + 2_000,
    );
    expect(after.status?.address).toEqual(before.status?.address);
    expect(after.status?.addresses).toEqual(before.status?.addresses);
    expect(condition(after, 'Addressable')).toEqual(condition(before, 'Addressable'));
    pod.serves = () => true;
    await becomes('abandoned', { status: 'True' });
  });

  test('is ready no longer soon after a pod died whose endpoint is still there', async () => {
    const pod = await startPod();
    await create('bereft');
    await becomes('bereft', { status: 'True' });
    await pod.die();
    await becomes('bereft', { status: 'False', reason: 'NotServedYet' }, recheckReadyMs + 2_000);
  });

  test('is not ready while a changed spec is not served yet', async () => {
    await startPod((hash) => !hash.endsWith('/2'));
    await create('changed');
    await becomes('changed', { status: 'True' });
    const job = { spec: { ...jobSinkSpec.job.spec, backoffLimit: 1 } };
    await cluster.change(jobSinkResource, 'changed', { job });
    const sink = await becomes('changed', { status: 'False', reason: 'NotServedYet' });
    expect(sink.status).toMatchObject({ observedGeneration: 2, address: { url: urlOf('changed') } });
  });
});

describe('the status', () => {
  test('shows a new lastTransitionTime only where a condition’s status has changed', async () => {
    const pod = await startPod(() => false);
    await create('timed');
    const first = await becomes('timed', { status: 'False', reason: 'NotServedYet' });
    controller.time.jumpWall(60_000);
    await pod.setReady(false);
    const second = await becomes('timed', { status: 'False', reason: 'NoReadyPods' });
    const timeOf = (sink: Sink, type: string): number =>
      Date.parse(condition(sink, type)?.lastTransitionTime ?? '');
    for (const type of ['Ready', 'DataPlaneAvailable', 'Addressable'])
      expect(timeOf(second, type)).toBe(timeOf(first, type));

    controller.time.jumpWall(60_000);
    pod.serves = () => true;
    await pod.setReady(true);
    const third = await becomes('timed', { status: 'True' });
    for (const type of ['Ready', 'DataPlaneAvailable', 'Addressable'])
      expect(timeOf(third, type)).toBeGreaterThanOrEqual(timeOf(first, type) + 120_000);
  });

  test('is not written when nothing has changed, however often the sink is looked at', async () => {
    await startPod();
    await create('quiet');
    const { metadata } = await becomes('quiet', { status: 'True' });
    for (const { name } of (await cluster.client.list(jobSinkResource, { namespace: 'shop' })).items.map(
      (sink) => sink.metadata,
    ))
      if (name !== 'quiet') await cluster.client.delete(jobSinkResource, { namespace: 'shop', name });
    await controller.morePasses('jobsink', 4);
    expect((await cluster.read(jobSinkResource, 'quiet')).metadata.resourceVersion).toBe(
      metadata.resourceVersion,
    );
  });

  test('is not Ready while authentication is asked for, which nobody enforces', async () => {
    await startPod();
    await create('guarded');
    await becomes('guarded', { status: 'True' });
    const features = ['configmap', 'config-features', '-n', 'knative-eventing'];
    await cluster.server.kubectl(['create', ...features, '--from-literal=authentication-oidc=enabled']);
    const sink = await becomes('guarded', { status: 'False', reason: 'AuthorizationNotSupported' });
    const refused = { status: 'False', reason: 'AuthorizationNotSupported' };
    expect(condition(sink, 'EventPoliciesReady')).toMatchObject(refused);
    expect(condition(sink, 'EventPoliciesReady')?.message).toContain('security.acceptUnenforced');
    expect(sink.status?.address?.url).toBe(urlOf('guarded'));
    await cluster.server.kubectl(['delete', ...features]);
    await becomes('guarded', { status: 'True' });
  });
});

describe('a rule of the cluster that refuses every Job of a JobSink', () => {
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    cluster.server.kubectl(args, input);
  const tryJob = (): Promise<KubeObject> =>
    cluster.client.create<KubeObject>(
      jobs,
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { namespace: 'shop', name: 'any' },
        ...jobSinkSpec.job,
      },
      { dryRun: true },
    );
  const policy = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-jobs }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs] }]
  validations: [{ expression: 'false', message: the freeze has begun }]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-jobs }
spec: { policyName: no-jobs, validationActions: [Deny] }
`;
  const quota = `
apiVersion: v1
kind: ResourceQuota
metadata: { name: no-jobs, namespace: shop }
spec: { hard: { count/jobs.batch: '0' } }
`;
  // Nothing counts here; the admission goes by what the status says.
  const counted = '{"status":{"hard":{"count/jobs.batch":"0"},"used":{"count/jobs.batch":"0"}}}';
  const count = ['patch', 'resourcequota', 'no-jobs', '-n', 'shop', '--subresource=status', '--type=merge'];

  test.each([
    ['a policy', policy, 'JobTemplateRefused', 'the freeze has begun'],
    ['a quota', quota, 'QuotaExhausted', 'exceeded quota'],
  ])(
    '%s is seen with the first event that it refuses, and so is its end',
    async (what, rule, reason, words) => {
      const pod = await startPod();
      const name = what.replace(' ', '-');
      await create(name);
      const before = await becomes(name, { status: 'True' });
      await kubectl(['apply', '-f', '-'], rule);
      if (rule === quota) await kubectl([...count, '-p', counted]);
      await eventually(() => expect(tryJob()).rejects.toThrow(words), { timeoutMs: 30_000 });
      await controller.morePasses('jobsink', 2);
      expect(condition(await cluster.read(jobSinkResource, name), 'Ready')).toMatchObject({ status: 'True' });

      pod.outcome = `${reason};ago=0;since=0`;
      const refused = await becomes(name, { status: 'False', reason });
      expect(condition(refused, 'JobTemplateValid')).toMatchObject({
        ...{ status: 'False', reason, message: expect.stringContaining(words) },
      });
      expect(refused.status?.address).toEqual(before.status?.address);

      await kubectl(['delete', '-f', '-'], rule);
      await eventually(tryJob, { timeoutMs: 30_000 });
      pod.outcome = `${reason};ago=20000;since=20000`;
      await becomes(name, { status: 'True' });
    },
    90_000,
  );

  test('that a dry run does not show counts when every event is refused for a while', async () => {
    const pod = await startPod();
    await create('unlucky');
    await becomes('unlucky', { status: 'True' });
    controller.time.jumpMonotonic(11_000);
    pod.outcome = 'QuotaExhausted;ago=100;since=12000';
    const refused = await becomes('unlucky', { status: 'False', reason: 'EventsRefused' });
    expect(condition(refused, 'JobTemplateValid')?.message).toContain('quotas on Secrets');
    pod.outcome = 'Stored;ago=100;since=100';
    await becomes('unlucky', { status: 'True' });
  });
});

describe('the Jobs of a JobSink', () => {
  const statusOf = async (name: string, status: object): Promise<void> => {
    await cluster.server.kubectl([
      ...['patch', 'job', name, '-n', 'shop', '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status })],
    ]);
  };
  const startTime = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
  const ended = (type: string): object => ({ type, status: 'True', lastTransitionTime: startTime });

  async function makeJob(name: string, sink: Sink, status: object): Promise<void> {
    const { apiVersion, kind, metadata } = sink;
    const owner = { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '' };
    await cluster.client.create<KubeObject>(jobs, {
      ...{ apiVersion: 'batch/v1', kind: 'Job', ...jobSinkSpec.job },
      metadata: {
        ...{ namespace: 'shop', name, ownerReferences: [owner] },
        labels: { [jobSinkNameLabel]: metadata.name, [jobSinkIdLabel]: name },
        annotations: { [eventIdentityAnnotation]: name },
      },
    });
    await statusOf(name, { startTime, ...status });
  }

  /** A pod of the Job whose image cannot be pulled. */
  async function makeStuckPod(job: string): Promise<void> {
    const metadata = { namespace: 'shop', name: `${job}-x`, labels: { 'batch.kubernetes.io/job-name': job } };
    const { spec } = jobSinkSpec.job.spec.template;
    await cluster.client.create<KubeObject>(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "example.com/task"' };
    const container = {
      name: 'main',
      image: 'x',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { waiting },
    };
    await cluster.server.kubectl([
      ...['patch', 'pod', metadata.name, '-n', 'shop', '--subresource=status', '--type=merge'],
      ...['-p', JSON.stringify({ status: { containerStatuses: [container] } })],
    ]);
  }

  test('are counted, and one that has no running pod is told of with the cause, while the sink stays ready', async () => {
    await startPod();
    const sink = await create('stuck');
    await cluster.server.kubectl(['create', 'serviceaccount', 'default', '-n', 'shop']);
    await makeJob('stuck-done', sink, {
      ...{ succeeded: 1, completionTime: startTime },
      conditions: [ended('SuccessCriteriaMet'), ended('Complete')],
    });
    // What pods say is looked at again after a while only.
    await makeStuckPod('stuck-now');
    await makeJob('stuck-now', sink, { active: 1, ready: 0 });
    const stuck = await eventually(async () => {
      const found = await cluster.read(jobSinkResource, 'stuck');
      expect(condition(found, 'JobsRunnable')).toMatchObject({
        ...{ status: 'False', severity: 'Info', reason: 'ContainersNotStarted' },
        message: expect.stringMatching(
          /^1 Job has .* stuck-now: container main: ImagePullBackOff: Back-off pulling/,
        ),
      });
      return found;
    });
    expect(stuck.status?.job).toMatchObject({ active: 1, succeeded: 1, failed: 0 });
    await becomes('stuck', { status: 'True' });
    const series = 'event_sinks_jobs_waiting{kn_sink_namespace="shop",kn_sink_name="stuck"}';
    expect(await controller.metric(series)).toBe(1);

    await statusOf('stuck-now', { active: 1, ready: 1 });
    await eventually(async () => {
      expect(condition(await cluster.read(jobSinkResource, 'stuck'), 'JobsRunnable')).toMatchObject({
        status: 'True',
      });
    });
    expect(await controller.metric(series)).toBe(0);
  });
});
