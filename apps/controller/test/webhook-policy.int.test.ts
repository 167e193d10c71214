import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource, kafkaSinkResource } from '@event-sinks/crds';
import { eventually } from '@event-sinks/testing';
import { jobSinkSpec, startCluster, type Cluster } from './cluster.ts';
import { installPolicies, jobSink } from './webhook-support.ts';

let cluster: Cluster;

const as = (user: string, args: readonly string[], input?: object) =>
  cluster.server.tryKubectl(
    ['--as', user, '-n', 'shop', ...args],
    input === undefined ? undefined : JSON.stringify(input),
  );

/** A KafkaSink; without a Secret unless `auth` names one. */
const kafkaSink = (name: string, auth?: unknown): object => ({
  ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', metadata: { name } },
  spec: { topic: 'orders', bootstrapServers: ['kafka:9092'], ...(auth !== undefined && { auth }) },
});

const secretNamed = (name: string): object => ({ secret: { ref: { name } } });

beforeAll(async () => {
  cluster = await startCluster();
  const kubectl = (args: readonly string[]): Promise<string> => cluster.server.kubectl(args);
  const sinks = 'jobsinks.sinks.knative.dev,kafkasinks.eventing.knative.dev';
  await kubectl(['create', 'clusterrole', 'sinks', '--verb=*', `--resource=${sinks}`]);
  await kubectl(['create', 'clusterrole', 'jobs', '--verb=create', '--resource=jobs.batch']);
  const users = ['--user=alice', '--user=bob', '--serviceaccount=shop:robot'];
  await kubectl(['create', '-n', 'shop', 'rolebinding', 'sinks', '--clusterrole=sinks', ...users]);
  await kubectl(['create', '-n', 'shop', 'rolebinding', 'jobs', '--clusterrole=jobs', '--user=bob']);
  // A right in another namespace is none here.
  await kubectl(['create', '-n', 'default', 'rolebinding', 'jobs', '--clusterrole=jobs', '--user=alice']);
  const kafkaSecret = ['--verb=get', '--resource=secrets', '--resource-name=kafka'];
  await kubectl(['create', '-n', 'shop', 'role', 'kafka-secret', ...kafkaSecret]);
  await kubectl(['create', '-n', 'shop', 'rolebinding', 'kafka-secret', '--role=kafka-secret', '--user=bob']);
  await kubectl(['create', 'clusterrole', 'secrets', '--verb=get', '--resource=secrets']);
  await kubectl([
    'create',
    '-n',
    'default',
    'rolebinding',
    'secrets',
    '--clusterrole=secrets',
    '--user=alice',
  ]);
  await installPolicies(cluster);
  await eventually(async () => {
    for (const refused of [jobSink('probe'), kafkaSink('probe', secretNamed('kafka'))]) {
      const probe = await as('alice', ['create', '--dry-run=server', '-f', '-'], refused);
      expect(probe.code).not.toBe(0);
    }
  });
  await cluster.create(jobSinkResource, 'stored', jobSinkSpec);
  const { spec } = kafkaSink('stored', secretNamed('kafka')) as { spec: object };
  await cluster.create(kafkaSinkResource, 'stored', spec);
}, 120_000);

afterAll(() => cluster.close());

describe('who may not create Jobs in the namespace', () => {
  test.each(['alice', 'system:serviceaccount:shop:robot'])(
    'may not make a JobSink there, and is told why (%s)',
    async (user) => {
      const refusal = await as(user, ['create', '-f', '-'], jobSink('lent'));
      expect(refusal.code).not.toBe(0);
      expect(refusal.stderr).toContain('Forbidden');
      expect(refusal.stderr).toContain(`user ${user} may not create Jobs in the namespace shop`);
      expect(refusal.stderr).toContain('ask an administrator for the right to create jobs.batch');
    },
  );

  test('may not change a JobSink’s spec', async () => {
    const patch = [
      'patch',
      'jobsink',
      'stored',
      '--type=merge',
      '-p',
      '{"spec":{"job":{"spec":{"suspend":true}}}}',
    ];
    const refusal = await as('alice', patch);
    expect(refusal.stderr).toContain('user alice may not create Jobs');
    expect((await as('bob', patch)).code).toBe(0);
  });

  test('may change its labels, annotations and finalizers, and delete it', async () => {
    expect((await as('bob', ['create', '-f', '-'], jobSink('passing'))).code).toBe(0);
    const metadata = { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['example.com/wait'] };
    const change = (members: object): string => JSON.stringify({ metadata: members });
    const patch = ['patch', 'jobsink', 'passing', '--type=merge', '-p'];
    expect((await as('alice', [...patch, change(metadata)])).code).toBe(0);
    expect((await as('alice', ['delete', 'jobsink', 'passing', '--wait=false'])).code).toBe(0);
    expect((await as('alice', [...patch, change({ finalizers: null })])).code).toBe(0);
    expect((await as('alice', ['get', 'jobsink', 'passing'])).stderr).toContain('NotFound');
  });

  test('may make KafkaSinks', async () => {
    expect((await as('alice', ['create', '-f', '-'], kafkaSink('orders'))).code).toBe(0);
  });
});

test('who may create Jobs in the namespace may make a JobSink there', async () => {
  expect(await as('bob', ['create', '-f', '-'], jobSink('own'))).toMatchObject({ code: 0 });
});

describe('a user who may not get the Secret in spec.auth', () => {
  const patch = (name: string, change: object): readonly string[] => [
    ...['patch', 'kafkasink', name, '--type=merge', '-p', JSON.stringify(change)],
  ];

  test.each(['alice', 'system:serviceaccount:shop:robot'])(
    'may not create a KafkaSink with it, and is told why (%s)',
    async (user) => {
      const refusal = await as(user, ['create', '-f', '-'], kafkaSink('lent', secretNamed('kafka')));
      expect(refusal.code).not.toBe(0);
      expect(refusal.stderr).toContain('Forbidden');
      expect(refusal.stderr).toContain(`user ${user} may not get the Secret kafka in the namespace shop`);
      expect(refusal.stderr).toContain('ask an administrator for the right to get that Secret');
    },
  );

  test('may not name another Secret than the one that the user may get', async () => {
    const change = { spec: { auth: secretNamed('admin') } };
    expect((await as('bob', patch('stored', change))).stderr).toContain('may not get the Secret admin');
  });

  test('may not add the Secret to a KafkaSink without one', async () => {
    expect((await as('bob', ['create', '-f', '-'], kafkaSink('plain'))).code).toBe(0);
    const change = { spec: { auth: secretNamed('kafka') } };
    expect((await as('alice', patch('plain', change))).stderr).toContain('may not get the Secret kafka');
    expect(await as('bob', patch('plain', change))).toMatchObject({ code: 0 });
  });

  test('may not send the credentials to other brokers', async () => {
    const change = { spec: { bootstrapServers: ['mine:9092'] } };
    expect((await as('alice', patch('stored', change))).stderr).toContain('may not get the Secret kafka');
    const added = { spec: { bootstrapServers: ['kafka:9092', 'mine:9092'] } };
    expect((await as('alice', patch('stored', added))).stderr).toContain('may not get the Secret kafka');
    expect(await as('bob', patch('stored', added))).toMatchObject({ code: 0 });
  });

  test('may change everything else, take the Secret away, and delete the KafkaSink', async () => {
    expect(await as('bob', ['create', '-f', '-'], kafkaSink('passing', secretNamed('kafka')))).toMatchObject({
      code: 0,
    });
    const metadata = { labels: { a: 'b' }, annotations: { c: 'd' }, finalizers: ['example.com/wait'] };
    expect(await as('alice', patch('passing', { metadata }))).toMatchObject({ code: 0 });
    const mode = { spec: { contentMode: 'structured' } };
    expect(await as('alice', patch('passing', mode))).toMatchObject({ code: 0 });
    expect(await as('alice', ['delete', 'kafkasink', 'passing', '--wait=false'])).toMatchObject({ code: 0 });
    const free = { metadata: { finalizers: null } };
    expect(await as('alice', patch('passing', free))).toMatchObject({ code: 0 });
    expect(await as('bob', ['create', '-f', '-'], kafkaSink('bare', secretNamed('kafka')))).toMatchObject({
      code: 0,
    });
    const bare = { spec: { auth: null, bootstrapServers: ['mine:9092'] } };
    expect(await as('alice', patch('bare', bare))).toMatchObject({ code: 0 });
  });

  test.each([
    {},
    { secret: {} },
    { secret: { ref: {} } },
    { secret: 'kafka' },
    { secret: { ref: { name: 7 } } },
  ])('is told of the schema where spec.auth is %j', async (auth) => {
    const { code, stderr } = await as('alice', ['create', '-f', '-'], kafkaSink('odd', auth));
    expect({ code, stderr }).not.toMatchObject({ stderr: expect.stringContaining('failed to evaluate') });
    if (code !== 0) expect(stderr).toContain('spec.auth');
  });
});

test('a user who may get the Secret may name it in a KafkaSink', async () => {
  expect(await as('bob', ['create', '-f', '-'], kafkaSink('own', secretNamed('kafka')))).toMatchObject({
    code: 0,
  });
});
