import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { eventually } from '@event-sinks/testing';
import { condition, jobSinkSpec, startCluster, type Cluster, type Sink } from './cluster.ts';
import { recheckReadyMs, startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';

let cluster: Cluster;
let controller: Controller;
const pods: FakePod[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  controller = await startController(cluster.server.kubeconfig, 'only');
}, 120_000);

afterEach(async () => {
  for (const pod of pods.splice(0)) await pod.remove();
});

afterAll(async () => {
  await controller.stop();
  await cluster.close();
});

async function startPod(serves: FakePod['serves'] = () => true): Promise<FakePod> {
  const pod = await startFakePod(cluster.client, 'job-sink');
  pod.serves = serves;
  pods.push(pod);
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
    expect(after.status?.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Addressable=True',
      'DataPlaneAvailable=True',
      'EventPoliciesReady=True',
      'JobTemplateValid=True',
      'Ready=True',
    ]);
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
});
