import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource, kafkaSinkResource, type SinkResource } from '@event-sinks/crds';
import { loadKubeClient, roleBindings, secrets, type KubeClient, type KubeObject } from '@event-sinks/kube';
import {
  accountKubeconfig,
  eventually,
  renderChart,
  startTestKafka,
  type TestKafka,
} from '@event-sinks/testing';
import { condition, jobSinkSpec, startCluster, systemNamespace, type Cluster, type Sink } from './cluster.ts';
import { startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';
import { freePort, installWebhook } from './webhook-support.ts';

/*
 * The controller runs under its own service account, with the Roles that the chart gives it in watched namespaces and, for
 * the webhook's CA, one right elsewhere. The namespace team-late is watched and not there yet.
 */

const reader = 'event-sinks-kafka-sink-secret-reader';

let cluster: Cluster;
let kafka: TestKafka;
let controller: Controller;
let pods: FakePod[];
/** Asks with the controller's own rights. */
let own: KubeClient;

const chart = (templates: readonly string[], namespaces = 'team-a,team-b'): Promise<string> =>
  renderChart(templates, [`watchNamespaces={${namespaces}}`]);

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
  for (const name of ['team-a', 'team-b', 'team-c'])
    await cluster.server.kubectl(['create', 'namespace', name]);
  await cluster.server.kubectl(['apply', '-f', '-'], await chart(['controller.yaml', 'roles.yaml']));
  pods = await Promise.all(
    ['job-sink', 'kafka-sink-ingress'].map((service) => startFakePod(cluster.client, service)),
  );
  const account = { namespace: systemNamespace, name: 'event-sinks-controller' };
  const kubeconfig = await accountKubeconfig(cluster.server, account);
  own = loadKubeClient({ kubeconfig, userAgent: 'test' });
  const port = await freePort();
  controller = await startController(kubeconfig, 'only', {
    ...{ WATCH_NAMESPACES: 'team-a,team-b,team-late', SWEEP_INTERVAL: '1s' },
    ...{ WEBHOOK_ENABLED: 'true', WEBHOOK_PORT: `${port}`, WEBHOOK_DRAIN_DELAY: '0s' },
    WEBHOOK_CERTIFICATE_POLL: '200ms',
  });
  await installWebhook(cluster, port, await chart(['admission.yaml']));
}, 180_000);

afterAll(async () => {
  await controller.stop();
  await Promise.all(pods.map((pod) => pod.die()));
  await kafka.close();
  await cluster.close();
});

function create(resource: SinkResource, namespace: string, name: string, spec: object): Promise<Sink> {
  const { apiVersion, kind } = resource;
  // A CRD is established, and a webhook is trusted, a moment after it is there.
  return eventually(() =>
    cluster.client.create<KubeObject>(resource, { apiVersion, kind, metadata: { namespace, name }, spec }),
  );
}

const read = (resource: SinkResource, namespace: string, name: string): Promise<Sink> =>
  cluster.client.get<KubeObject>(resource, { namespace, name });

function becomes(resource: SinkResource, { metadata }: Sink, type: string, expected: object): Promise<Sink> {
  return eventually(
    async () => {
      const sink = await read(resource, metadata.namespace ?? '', metadata.name);
      expect(condition(sink, type)).toMatchObject(expected);
      return sink;
    },
    { timeoutMs: 20_000 },
  );
}

const kafkaSpec = (topic: string): object => ({ topic, bootstrapServers: [kafka.bootstrap] });

test('a namespace that is not there keeps nothing from being led, and readiness says what mends it', async () => {
  await eventually(
    async () => {
      const { ready, warnings } = await controller.readiness();
      expect(ready).toBe(true);
      const words = (plural: string): unknown =>
        expect.stringMatching(`^No right to read ${plural} in the namespace team-late: .*helm upgrade`);
      expect(warnings).toEqual(['jobsinks', 'kafkasinks'].map(words));
    },
    { timeoutMs: 30_000 },
  );
});

test.each(['team-a', 'team-b'])('sinks in %s, which is watched, become ready', async (namespace) => {
  await kafka.createTopic({ topic: namespace });
  const jobSink = await create(jobSinkResource, namespace, 'logger', jobSinkSpec);
  const kafkaSink = await create(kafkaSinkResource, namespace, 'orders', kafkaSpec(namespace));
  await becomes(jobSinkResource, jobSink, 'Ready', { status: 'True' });
  await becomes(kafkaSinkResource, kafkaSink, 'Ready', { status: 'True' });
});

test('sinks in another namespace are left alone', async () => {
  const jobSink = await create(jobSinkResource, 'team-c', 'logger', jobSinkSpec);
  const kafkaSink = await create(kafkaSinkResource, 'team-c', 'orders', kafkaSpec('team-c'));
  await controller.morePasses('jobsink', 2);
  await controller.morePasses('kafkasink', 2);
  for (const [resource, { metadata }] of [
    [jobSinkResource, jobSink],
    [kafkaSinkResource, kafkaSink],
  ] as const) {
    const { status, metadata: now } = await read(resource, 'team-c', metadata.name);
    expect({ status, version: now.resourceVersion }).toEqual({
      status: undefined,
      version: metadata.resourceVersion,
    });
  }
  expect(controller.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

describe('a sink that names a Secret', () => {
  test('lets the Secrets of its namespace be read, by a binding of the Role there', async () => {
    const auth = { secret: { ref: { name: 'login' } } };
    const sink = await create(kafkaSinkResource, 'team-a', 'secured', { ...kafkaSpec('team-a'), auth });
    await becomes(kafkaSinkResource, sink, 'CredentialsReady', { reason: 'SecretNotFound' });
    const { items } = await cluster.client.list(roleBindings, { fieldSelector: `metadata.name=${reader}` });
    expect(items).toEqual([
      expect.objectContaining({
        metadata: expect.objectContaining({ namespace: 'team-a' }) as unknown,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: reader },
      }),
    ]);
    await expect(own.get(secrets, { namespace: 'team-a', name: 'none' })).rejects.toMatchObject({
      status: 404,
    });
    for (const namespace of ['team-b', 'team-c'])
      await expect(own.get(secrets, { namespace, name: 'none' })).rejects.toMatchObject({ status: 403 });
  });

  test('lets them be read no longer when it has gone', async () => {
    await cluster.client.delete(kafkaSinkResource, { namespace: 'team-a', name: 'secured' });
    await eventually(async () => {
      await expect(own.get(secrets, { namespace: 'team-a', name: 'none' })).rejects.toMatchObject({
        status: 403,
      });
    });
  });
});

test('the webhook refuses a template in a watched namespace, and is not asked about another', async () => {
  const spec = { job: { spec: { template: { spec: { restartPolicy: 'Never', containers: [] } } } } };
  const tryCreate = (namespace: string): Promise<unknown> =>
    cluster.client.create<KubeObject>(jobSinkResource, {
      ...{ apiVersion: jobSinkResource.apiVersion, kind: jobSinkResource.kind },
      ...{ metadata: { namespace, name: 'empty' }, spec },
    });
  await expect(tryCreate('team-a')).rejects.toThrow(/spec\.job\.spec\.template\.spec\.containers/);
  await tryCreate('team-c');
});

test('sweeps are completed without the namespace that is not there', async () => {
  await eventually(async () => {
    expect(await controller.metric('event_sinks_sweeps_total{outcome="complete"}')).toBeGreaterThan(0);
  });
  expect(await controller.metric('event_sinks_sweeps_total{outcome="failed"}')).toBe(0);
});

test('a namespace that comes later is looked after once it has its Roles, without a restart', async () => {
  await cluster.server.kubectl(['create', 'namespace', 'team-late']);
  const sink = await create(jobSinkResource, 'team-late', 'logger', jobSinkSpec);
  const roles = await chart(['controller.yaml', 'roles.yaml'], 'team-a,team-b,team-late');
  await cluster.server.kubectl(['apply', '-f', '-'], roles);
  await becomes(jobSinkResource, sink, 'Ready', { status: 'True' });
  // Each kind is asked for again at its own time, up to 7.5 s later.
  await eventually(
    async () => {
      expect((await controller.readiness()).warnings).toBeUndefined();
    },
    { timeoutMs: 20_000 },
  );
});
