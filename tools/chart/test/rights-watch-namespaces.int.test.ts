import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accountKubeconfig, eventually, type TestApiServer } from '@event-sinks/testing';
import { abusesOf, abusesOfAnybody } from './support/abuses.ts';
import { callerFor, type ApiCaller } from './support/api-caller.ts';
import { install, startChartServer, system, uninstall } from './support/cluster.ts';
import { committedRights, ownRightsOf } from './support/rights.ts';
import { workIn } from './support/work.ts';

const accounts = ['event-sinks-controller', 'job-sink', 'kafka-sink-ingress'] as const;
const watched = { 'watchNamespaces[0]': 'team-a', 'watchNamespaces[1]': 'team-b' };
const folder = 'watch-namespaces';

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
  for (const name of ['team-a', 'team-b', 'team-c', 'other'])
    await server.kubectl(['create', 'namespace', name]);
  const { code, stderr } = await install(server, watched);
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => server.close());

/** What an account may do in a watched namespace; the right to bind is one to bind a Role there. */
const agreed = (account: string): string[] =>
  committedRights(account)
    .map((line) => line.replace(/^clusterroles\./, 'roles.'))
    .sort();

describe('may do what was agreed on, and nothing else,', () => {
  test.each(accounts)('%s in watched namespaces', async (account) => {
    for (const namespace of ['team-a', 'team-b'])
      expect(await ownRightsOf(server, account, namespace)).toEqual(agreed(account));
  });

  test.each([
    ...accounts.map((account) => [account, 'another namespace', 'team-c'] as const),
    ...accounts.map((account) => [account, 'its own', system] as const),
  ])('%s in %s', async (account, where, namespace) => {
    const place = where === 'its own' ? 'own-namespace' : 'elsewhere';
    const file = `${folder}/${account}.${place}`;
    const hasAny = account === 'event-sinks-controller' || where === 'its own';
    const few = hasAny ? committedRights(file) : [];
    expect(await ownRightsOf(server, account, namespace)).toEqual(few);
  });
});

describe.each(accounts)('with the token of %s', (account) => {
  let ask: ApiCaller;
  beforeAll(async () => {
    ask = await callerFor(server, { namespace: system, name: account });
  });
  const refused = { status: 403, reason: 'Forbidden' };

  test.each(workIn('team-a')[account])('one can $name in a watched namespace', async (work) => {
    // A definition that has just come is busy (429) for a moment.
    await eventually(async () => {
      expect([200, 201, 404]).toContain((await ask(work.method, work.path, work.body)).status);
    });
  });

  test.each(workIn('team-c')[account])('nobody can $name in another namespace', async (abuse) => {
    const { status, reason } = await ask(abuse.method, abuse.path, abuse.body);
    expect({ status, reason }).toEqual(refused);
  });

  test.each([
    ['JobSinks', '/apis/sinks.knative.dev/v1alpha1/jobsinks'],
    ['KafkaSinks', '/apis/eventing.knative.dev/v1alpha1/kafkasinks'],
    ['Jobs', '/apis/batch/v1/jobs'],
    ['Secrets', '/api/v1/secrets'],
    ['Secrets of a watched namespace', '/api/v1/namespaces/team-a/secrets'],
    ['Secrets of another namespace', '/api/v1/namespaces/team-c/secrets'],
    ['namespaces', '/api/v1/namespaces'],
    ['bindings', '/apis/rbac.authorization.k8s.io/v1/rolebindings'],
  ])('nobody can list all %s', async (_what, path) => {
    const { status, reason } = await ask('GET', path);
    expect({ status, reason }).toEqual(refused);
  });

  const abuses = account === 'event-sinks-controller' ? [] : [...abusesOfAnybody, ...abusesOf[account]];
  test('nor do anything that nobody may in an installation for the whole cluster', async () => {
    for (const { name, method, path, body } of abuses) {
      const { status, reason } = await ask(method, path, body);
      expect({ name, status, reason }).toEqual({ name, ...refused });
    }
  });
});

test('the controller can bind no other role in a watched namespace', async () => {
  const ask = await callerFor(server, { namespace: system, name: 'event-sinks-controller' });
  const bind = (kind: string, name: string): Promise<{ status: number }> =>
    ask('POST', '/apis/rbac.authorization.k8s.io/v1/namespaces/team-a/rolebindings?dryRun=All', {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'mine' } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name },
    });
  expect((await bind('ClusterRole', 'cluster-admin')).status).toBe(403);
  expect((await bind('ClusterRole', 'system:kube-scheduler')).status).toBe(403);
  const another = ['create', 'role', 'another', '-n', 'team-a', '--verb=get', '--resource=pods'];
  await server.kubectl(another);
  expect((await bind('Role', 'another')).status).toBe(403);
  await server.kubectl(['delete', 'role', 'another', '-n', 'team-a']);
  expect((await bind('Role', 'event-sinks-kafka-sink-secret-reader')).status).toBe(201);
});

describe('the API server', () => {
  const create = (namespace: string): Promise<{ code: number; stderr: string }> =>
    server.tryKubectl(
      ['create', '-f', '-'],
      JSON.stringify({
        ...{ apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink' },
        metadata: { namespace, name: 'judged' },
        spec: {
          job: {
            spec: {
              template: {
                spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/x' }] },
              },
            },
          },
        },
      }),
    );

  test('asks the webhook, which does not run here, about watched namespaces only', async () => {
    const { code, stderr } = await create('team-a');
    expect(code).not.toBe(0);
    expect(stderr).toContain('validate.jobsinks.sinks.knative.dev');
    expect(await create('team-c')).toMatchObject({ code: 0 });
  });
});

describe('afterwards', () => {
  const mayCreateJobs = async (namespace: string): Promise<boolean> =>
    (await ownRightsOf(server, 'job-sink', namespace)).some((line) => line.startsWith('jobs.batch'));
  /** Which of team-a, team-b and team-c; a role takes a moment to reach whoever decides. */
  const mayWorkIn = (expected: readonly boolean[]): Promise<void> =>
    eventually(async () => {
      expect(await Promise.all(['team-a', 'team-b', 'team-c'].map(mayCreateJobs))).toEqual(expected);
    });

  test('a namespace that is not there is refused, with what mends it', async () => {
    const { code, stderr } = await install(server, { ...watched, 'watchNamespaces[2]': 'nowhere' });
    expect(code).not.toBe(0);
    expect(stderr).toContain('watchNamespaces names the namespace nowhere');
    expect(stderr).toContain('kubectl create namespace nowhere');
  });

  test('a second installation beside it is made by somebody with rights in its namespaces only', async () => {
    const installer = { namespace: 'other', name: 'installer' };
    await server.kubectl(['create', 'serviceaccount', installer.name, '-n', installer.namespace]);
    const rights = ['--clusterrole=cluster-admin', '--serviceaccount=other:installer'];
    for (const namespace of ['other', 'team-c'])
      await server.kubectl(['create', 'rolebinding', 'installer', '-n', namespace, ...rights]);
    const theirs = { ...server, kubeconfig: await accountKubeconfig(server, installer) };
    const values = {
      'watchNamespaces[0]': 'team-c',
      ...{ 'crds.enabled': false, 'webhook.enabled': false, 'admissionPolicy.enabled': false },
    };
    const installed = await install(theirs, values, { namespace: 'other' });
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    expect(await server.kubectl(['get', 'roles', '-n', 'team-c', '-o', 'name'])).toContain('job-sink');
    expect(await uninstall(theirs, 4, 'other')).toMatchObject({ code: 0 });
    await server.kubectl(['delete', 'rolebinding', 'installer', '-n', 'team-c']);
  });

  test('a namespace is added and another left by an upgrade', async () => {
    const values = { 'watchNamespaces[0]': 'team-a', 'watchNamespaces[1]': 'team-c' };
    expect(await install(server, values)).toMatchObject({ code: 0 });
    await mayWorkIn([true, false, true]);
  });

  test('nothing stays in watched namespaces when it is uninstalled', async () => {
    expect(await uninstall(server)).toMatchObject({ code: 0 });
    for (const namespace of ['team-a', 'team-c']) {
      const left = await server.kubectl(['get', 'roles,rolebindings', '-n', namespace, '-o', 'name']);
      expect(left).toBe('');
    }
  });

  test.each([3, 4] as const)('Helm %d goes over to all namespaces and back', async (major) => {
    const selector = async (): Promise<string> =>
      server.kubectl([
        ...['get', 'validatingwebhookconfiguration', 'event-sinks-webhook'],
        ...['-o', 'jsonpath={.webhooks[0].namespaceSelector}'],
      ]);
    expect(await install(server, watched, { major })).toMatchObject({ code: 0 });
    // Without any value Helm would take those of the release before.
    const everywhere = { mode: 'standalone' };
    expect(await install(server, everywhere, { major })).toMatchObject({ code: 0 });
    await mayWorkIn([true, true, true]);
    expect(await selector()).toBe('{}');
    expect(await server.kubectl(['get', 'roles', '-n', 'team-a', '-o', 'name'])).toBe('');
    expect(await install(server, watched, { major })).toMatchObject({ code: 0 });
    await mayWorkIn([true, true, false]);
    expect(await selector()).toContain('team-b');
    expect(await uninstall(server, major)).toMatchObject({ code: 0 });
  });
});
