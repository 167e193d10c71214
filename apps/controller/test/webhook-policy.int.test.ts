import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { eventually } from '@event-sinks/testing';
import { jobSinkSpec, startCluster, type Cluster } from './cluster.ts';
import { installPolicy, jobSink } from './webhook-support.ts';

let cluster: Cluster;

const as = (user: string, args: readonly string[], input?: object) =>
  cluster.server.tryKubectl(
    ['--as', user, '-n', 'shop', ...args],
    input === undefined ? undefined : JSON.stringify(input),
  );

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
  await installPolicy(cluster);
  await eventually(async () => {
    const probe = await as('alice', ['create', '--dry-run=server', '-f', '-'], jobSink('probe'));
    expect(probe.code).not.toBe(0);
  });
  await cluster.create(jobSinkResource, 'stored', jobSinkSpec);
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
    const sink = {
      ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', metadata: { name: 'orders' } },
      spec: { topic: 'orders', bootstrapServers: ['kafka:9092'] },
    };
    expect((await as('alice', ['create', '-f', '-'], sink)).code).toBe(0);
  });
});

test('who may create Jobs in the namespace may make a JobSink there', async () => {
  expect(await as('bob', ['create', '-f', '-'], jobSink('own'))).toMatchObject({ code: 0 });
});
