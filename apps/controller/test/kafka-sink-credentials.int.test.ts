import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kafkaSinkResource } from '@event-sinks/crds';
import {
  leases,
  loadKubeClient,
  roleBindings,
  secrets,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import { createAddressGuard, describeTopic } from '@event-sinks/kafka';
import {
  eventually,
  loopbackAddresses,
  renderChart,
  startSecuredTestKafka,
  type SecuredTestKafka,
} from '@event-sinks/testing';
import { clusterRoles, roles } from '../src/adapters/owner.ts';
import { condition, startCluster, systemNamespace, type Cluster, type Sink } from './cluster.ts';
import { startController, type Controller } from './controller.ts';
import { startFakePod, type FakePod } from './fake-pods.ts';

/*
 * The controller runs under its own service account, with the rights that the chart gives it and no others.
 */

const role = 'event-sinks-kafka-sink-secret-reader';
const password = `p"a's;s wörd\\`;
const user = { user: 'shop', password };
const namespace = 'shop';

let cluster: Cluster;
let kafka: SecuredTestKafka;
let controller: Controller;
let pod: FakePod;
/** Asks with the controller's own rights. */
let own: KubeClient;

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([
    startCluster(),
    startSecuredTestKafka({ users: { shop: password } }),
  ]);
  await cluster.server.kubectl(['apply', '-f', '-'], await renderChart(['controller.yaml', 'roles.yaml']));
  pod = await startFakePod(cluster.client, 'kafka-sink-ingress');
  const kubeconfig = await accountKubeconfig(cluster);
  own = loadKubeClient({ kubeconfig, userAgent: 'test' });
  controller = await startController(kubeconfig, 'only');
}, 180_000);

afterAll(async () => {
  await controller.stop();
  await pod.die();
  await kafka.close();
  await cluster.close();
});

async function accountKubeconfig({ server }: Cluster): Promise<string> {
  const token = await server.kubectl(['create', 'token', 'event-sinks-controller', '-n', systemNamespace]);
  const config = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
    users: { user: object }[];
  };
  for (const each of config.users) each.user = { token: token.trim() };
  const path = join(dirname(server.kubeconfig), 'controller-kubeconfig');
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const encoded = (data: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
  );

async function putSecret(name: string, data: Readonly<Record<string, string>>): Promise<void> {
  const body: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data: encoded(data) },
  };
  await cluster.server.kubectl(['apply', '-f', '-'], JSON.stringify(body));
}

const create = (name: string, secret: string, spec: object = {}): Promise<Sink> =>
  cluster.create(kafkaSinkResource, name, {
    ...{ topic: name, bootstrapServers: [kafka.listeners.saslPlaintext] },
    ...{ auth: { secret: { ref: { name: secret } } }, ...spec },
  });

function becomes(name: string, type: string, expected: object): Promise<Sink> {
  return eventually(
    async () => {
      const sink = await cluster.read(kafkaSinkResource, name);
      expect(condition(sink, type)).toMatchObject(expected);
      expect(JSON.stringify(sink.status)).not.toContain('p\\"a');
      return sink;
    },
    { timeoutMs: 20_000 },
  );
}

const isGone = (name: string, timeoutMs = 20_000): Promise<void> =>
  eventually(
    async () => {
      await expect(cluster.read(kafkaSinkResource, name)).rejects.toMatchObject({ status: 404 });
    },
    { timeoutMs },
  );

const isThere = async (topic: string): Promise<boolean> => {
  const target = { bootstrapServers: [kafka.bootstrap], clientId: 'test', timeoutMs: 5_000 };
  const addressGuard = createAddressGuard({ allowed: loopbackAddresses });
  return (await describeTopic({ ...target, topic, addressGuard })).found;
};

const bindings = async (): Promise<readonly KubeObject[]> =>
  (await cluster.client.list(roleBindings, { fieldSelector: `metadata.name=${role}` })).items;

const scram = { protocol: 'SASL_PLAINTEXT', 'sasl.mechanism': 'SCRAM-SHA-512', ...user };

test('a Secret is mended step by step, each time with the key that is at fault', async () => {
  await kafka.createTopic({ topic: 'mended' });
  await create('mended', 'login');
  const missing = await becomes('mended', 'Ready', { status: 'False', reason: 'SecretNotFound' });
  expect(condition(missing, 'TopicReady')).toMatchObject({
    status: 'Unknown',
    reason: 'CredentialsNotReady',
  });
  await putSecret('login', { protocol: 'SASL_PLAINTEXT', password });
  const incomplete = await becomes('mended', 'Ready', { status: 'False', reason: 'SecretKeyMissing' });
  expect(condition(incomplete, 'CredentialsReady')?.message).toContain('key user of the Secret');
  await putSecret('login', { ...scram, password: 'p"another' });
  await becomes('mended', 'CredentialsReady', { status: 'False', reason: 'CredentialsRefused' });
  await putSecret('login', scram);
  await becomes('mended', 'Ready', { status: 'True' });
});

describe('with a sink that names a Secret', () => {
  test('both service accounts may read Secrets in its namespace, by a binding of the one role', async () => {
    const [binding, ...others] = await bindings();
    expect(others).toEqual([]);
    expect(binding).toMatchObject({
      metadata: { namespace, labels: { 'app.kubernetes.io/managed-by': 'event-sinks-controller' } },
      roleRef: { kind: 'ClusterRole', name: role },
      subjects: [
        { kind: 'ServiceAccount', name: 'event-sinks-controller', namespace: systemNamespace },
        { kind: 'ServiceAccount', name: 'kafka-sink-ingress', namespace: systemNamespace },
      ],
    });
    expect((await own.get(secrets, { namespace, name: 'login' })).metadata.name).toBe('login');
  });

  test('the controller may not read a Secret elsewhere', async () => {
    const elsewhere = own.get(secrets, { namespace: 'default', name: 'any' });
    await expect(elsewhere).rejects.toMatchObject({ status: 403 });
    await expect(own.list(secrets)).rejects.toMatchObject({ status: 403 });
  });

  test.each([
    [
      'another role, not even under the name of its own',
      { kind: 'ClusterRole', name: 'system:kube-scheduler' },
      role,
    ],
    ['the role of administrators', { kind: 'ClusterRole', name: 'cluster-admin' }, 'mine'],
  ])('it may not bind %s', async (_what, roleRef, name) => {
    const binding = own.create(roleBindings, {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
      metadata: { namespace: 'default', name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...roleRef },
      subjects: [{ kind: 'ServiceAccount', name: 'event-sinks-controller', namespace: systemNamespace }],
    });
    await expect(binding).rejects.toMatchObject({ status: 403 });
  });

  test('it may not see or remove other bindings', async () => {
    const target = { namespace: systemNamespace, name: 'event-sinks-controller' };
    await expect(own.delete(roleBindings, target)).rejects.toMatchObject({ status: 403 });
    await expect(own.list(roleBindings)).rejects.toMatchObject({ status: 403 });
  });

  test('the binding names the role that it binds as its owner, also where it was made without one', async () => {
    const { metadata } = await cluster.client.get<KubeObject>(clusterRoles, { name: role });
    const ownerReferences = [
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: role, uid: metadata.uid },
    ];
    expect((await bindings())[0]?.metadata.ownerReferences).toEqual(ownerReferences);
    const uid = (await bindings())[0]?.metadata.uid;
    const without = ['patch', 'rolebinding', role, '-n', namespace, '--type=merge'];
    await cluster.server.kubectl([...without, '-p', '{"metadata":{"ownerReferences":null}}']);
    await eventually(async () => {
      expect((await bindings())[0]?.metadata).toMatchObject({ uid, ownerReferences });
    });
  });

  test('the Lease names the Role of the controller as its owner', async () => {
    const controllerRole = { namespace: systemNamespace, name: 'event-sinks-controller' };
    const { metadata } = await cluster.client.get<KubeObject>(roles, controllerRole);
    await eventually(async () => {
      const lease = await cluster.client.get<KubeObject>(leases, controllerRole);
      expect(lease.metadata.ownerReferences).toMatchObject([{ kind: 'Role', uid: metadata.uid }]);
    });
  });

  test('a binding that somebody takes away comes back', async () => {
    await cluster.client.delete(roleBindings, { namespace, name: role });
    await eventually(async () => {
      expect(await bindings()).toHaveLength(1);
    });
  });
});

describe('what is wrong with TLS is named:', () => {
  test.each<[string, 'serverTls' | 'wrongHost' | 'expired', boolean, string]>([
    ['an authority that nobody knows', 'serverTls', false, 'BrokerCertificateUntrusted'],
    ['a certificate for another host', 'wrongHost', true, 'BrokerNameMismatch'],
    ['a certificate whose time is over', 'expired', true, 'BrokerCertificateExpired'],
  ])('%s', async (_what, listener, knowsAuthority, reason) => {
    const name = `tls-${listener.toLowerCase()}`;
    const ca = knowsAuthority ? { 'ca.crt': kafka.authority.certificate } : {};
    await putSecret(name, { protocol: 'SSL', 'user.skip': 'true', ...ca });
    await create(name, name, { bootstrapServers: [kafka.listeners[listener]] });
    await becomes(name, 'CredentialsReady', { status: 'False', reason });
    await cluster.client.delete(kafkaSinkResource, { namespace, name });
  });
});

test('a topic is created and deleted with the credentials of its sink', async () => {
  await putSecret('tls', { ...scram, protocol: 'SASL_SSL', 'ca.crt': kafka.authority.certificate });
  const shape = { numPartitions: 2, replicationFactor: 1, bootstrapServers: [kafka.listeners.saslSsl] };
  await create('own', 'tls', shape);
  await becomes('own', 'Ready', { status: 'True' });
  expect(await isThere('own')).toBe(true);
  await cluster.client.delete(kafkaSinkResource, { namespace, name: 'own' });
  // Long enough for a machine under load: given up, the topic would be kept.
  await isGone('own', 90_000);
  expect(await isThere('own')).toBe(false);
});

test('a sink whose Secret is gone can be deleted, and its topic is kept', async () => {
  await putSecret('lost', scram);
  await create('kept', 'lost', { numPartitions: 1, replicationFactor: 1 });
  await becomes('kept', 'Ready', { status: 'True' });
  await cluster.client.delete(secrets, { namespace, name: 'lost' });
  await becomes('kept', 'Ready', { status: 'False', reason: 'SecretNotFound' });
  await cluster.client.delete(kafkaSinkResource, { namespace, name: 'kept' });
  await isGone('kept');
  expect(await isThere('kept')).toBe(true);
});

test('the binding goes with the last sink that names a Secret, and the right with it', async () => {
  await cluster.change(kafkaSinkResource, 'mended', { auth: null, bootstrapServers: [kafka.bootstrap] });
  await eventually(async () => {
    expect(await bindings()).toEqual([]);
  });
  await eventually(async () => {
    await expect(own.get(secrets, { namespace, name: 'login' })).rejects.toMatchObject({ status: 403 });
  });
  await becomes('mended', 'Ready', { status: 'True' });
});
