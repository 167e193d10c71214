import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type TestApiServer } from '@event-sinks/testing';
import { render, type Ended } from './support/chart.ts';
import { install, startChartServer } from './support/cluster.ts';
import { runUninstallHook, uninstallHook } from './support/hook-job.ts';

/* As with the hook before an uninstallation, the script runs here. That Helm runs the hook is tested end to end. */

const watched = { 'watchNamespaces[0]': 'team-a', 'watchNamespaces[1]': 'team-b' };

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
  for (const name of ['team-a', 'team-b', 'team-c']) await server.kubectl(['create', 'namespace', name]);
  const noWebhook = { 'webhook.enabled': false, 'admissionPolicy.enabled': false };
  expect(await install(server, noWebhook)).toMatchObject({ code: 0 });
});
afterAll(() => server.close());

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

interface Sink {
  readonly metadata: { readonly resourceVersion: string };
  readonly status?: { readonly conditions?: readonly Condition[]; readonly address?: unknown };
}

const container = { name: 'main', image: 'example.com/x' };
const specs = {
  JobSink: { job: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } } },
  KafkaSink: { topic: 'orders', bootstrapServers: ['kafka:9092'] },
};
const apiVersions = { JobSink: 'sinks.knative.dev/v1alpha1', KafkaSink: 'eventing.knative.dev/v1alpha1' };
type Kind = keyof typeof specs;

const isTrue = (type: string): Condition => ({ type, status: 'True' });
const address = { name: 'http', url: 'http://job-sink.knative-eventing.svc.cluster.local/team-a/x' };
const ready: Condition = { type: 'Ready', status: 'False', reason: 'NoReadyPods' };
const ofKnative = {
  JobSink: [isTrue('Addressable'), isTrue('EventPoliciesReady'), ready],
  KafkaSink: [
    ...['Addressable', 'DataPlaneAvailable', 'EventPoliciesReady'].map(isTrue),
    ...[ready, isTrue('TopicReady')],
  ],
};
const ofOurs = {
  JobSink: [
    { type: 'DataPlaneAvailable', status: 'False', reason: 'NoReadyPods' },
    { type: 'JobTemplateValid', status: 'True', severity: 'Info' },
    { type: 'JobsRunnable', status: 'True', severity: 'Info' },
  ],
  KafkaSink: [{ type: 'CredentialsReady', status: 'False', reason: 'SecretNotFound' }],
};

async function createSinks(kind: Kind, namespace: string, names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({
    ...{ apiVersion: apiVersions[kind], kind, metadata: { name, namespace }, spec: specs[kind] },
  }));
  const list = { apiVersion: 'v1', kind: 'List', items };
  await server.kubectl(['create', '-f', '-'], JSON.stringify(list));
}

async function setConditions(kind: Kind, where: string, conditions: readonly Condition[]): Promise<void> {
  const [namespace = '', name = ''] = where.split('/');
  const status = { observedGeneration: 1, conditions, address };
  await server.kubectl([
    ...['patch', kind, name, '-n', namespace, '--subresource=status', '--type=merge'],
    ...['-p', JSON.stringify({ status })],
  ]);
}

async function read(kind: Kind, where: string): Promise<Sink> {
  const [namespace = '', name = ''] = where.split('/');
  return JSON.parse(await server.kubectl(['get', kind, name, '-n', namespace, '-o', 'json'])) as Sink;
}

const kinds = ['JobSink', 'KafkaSink'] as const;
const run = (values: Readonly<Record<string, string | boolean>> = {}, waitSeconds = 30): Promise<Ended> =>
  runUninstallHook(server, values, { WAIT_SECONDS: `${waitSeconds}` });

describe('the hook after an uninstallation', () => {
  const rendered = async (values: Readonly<Record<string, string | boolean>>) =>
    [...(await render(values, { hooks: true }))].filter(([name]) => name.includes(uninstallHook));
  const withJobAndAccount = (...names: string[]): string[] =>
    ['Job', 'ServiceAccount', ...names].map((name) => `${name}/${uninstallHook}`).sort();

  test.each([
    ['the definitions are removed', { 'crds.keep': false, 'kafkaSink.enabled': false }],
    ['no controller wrote a condition', { 'controller.enabled': false }],
    ['Knative’s controller writes them', { mode: 'alongside', 'kafkaSink.enabled': false }],
  ])('is not rendered when %s', async (_name, values) => {
    expect(await rendered(values)).toEqual([]);
  });

  test.each([
    ['the definitions are kept', {}, ['ClusterRole', 'ClusterRoleBinding']],
    ['others install the definitions', { 'crds.enabled': false }, ['ClusterRole', 'ClusterRoleBinding']],
    [
      'some namespaces are watched',
      watched,
      ['team-a', 'team-b'].flatMap((name) => [`Role/${name}`, `RoleBinding/${name}`]),
    ],
  ])('is rendered with its rights when %s', async (_name, values, access) => {
    const objects = await rendered(values);
    expect(objects.map(([name]) => name).sort()).toEqual(withJobAndAccount(...access));
    const hooks = objects.map(([, { metadata }]) => metadata.annotations?.['helm.sh/hook']);
    expect(new Set(hooks)).toEqual(new Set(['post-delete']));
  });

  test('keeps only a failed Job, for its log', async () => {
    for (const [name, { metadata }] of await rendered({}))
      expect([name, metadata.annotations?.['helm.sh/hook-delete-policy']]).toEqual([
        name,
        `before-hook-creation,hook-succeeded${name.startsWith('Job') ? '' : ',hook-failed'}`,
      ]);
  });

  test('may only list the kinds of the release and patch their status', async () => {
    const rulesOf = async (values: Readonly<Record<string, string | boolean>>): Promise<unknown> =>
      (await render(values, { hooks: true })).get(`ClusterRole/${uninstallHook}`)?.rules;
    const rules = (apiGroup: string, resource: string) => [
      { apiGroups: [apiGroup], resources: [resource], verbs: ['list'] },
      { apiGroups: [apiGroup], resources: [`${resource}/status`], verbs: ['patch'] },
    ];
    const ofKafkaSinks = rules('eventing.knative.dev', 'kafkasinks');
    expect(await rulesOf({})).toEqual([...rules('sinks.knative.dev', 'jobsinks'), ...ofKafkaSinks]);
    expect(await rulesOf({ mode: 'alongside' })).toEqual(ofKafkaSinks);
  });
});

describe('its script', () => {
  test('writes nothing when no sink has such a condition', async () => {
    for (const kind of kinds) {
      await createSinks(kind, 'team-a', ['bare', 'knatives']);
      await setConditions(kind, 'team-a/knatives', ofKnative[kind]);
    }
    const all = ['get', 'jobsinks,kafkasinks', '-A', '-o', 'jsonpath={.items[*].metadata.resourceVersion}'];
    const before = await server.kubectl(all);
    expect(await run()).toMatchObject({ code: 0, stdout: 'Sinks that lost conditions: 0\n' });
    expect(await server.kubectl(all)).toBe(before);
  });

  test('removes the conditions that Knative does not know, and nothing else', async () => {
    for (const kind of kinds) {
      await createSinks(kind, 'team-a', ['ours']);
      await setConditions(kind, 'team-a/ours', [...ofOurs[kind], ...ofKnative[kind]]);
    }
    expect(await run()).toMatchObject({ code: 0, stdout: 'Sinks that lost conditions: 2\n' });
    for (const kind of kinds)
      expect((await read(kind, 'team-a/ours')).status).toEqual({
        ...{ observedGeneration: 1, conditions: ofKnative[kind], address },
      });
  });

  test('reads long lists page by page', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `many-${index}`);
    await createSinks('KafkaSink', 'team-b', names);
    // The first and the last of the list, and one of each page between.
    const some = ['many-0', 'many-52', 'many-99'];
    for (const name of some) await setConditions('KafkaSink', `team-b/${name}`, ofOurs.KafkaSink);
    expect(await run()).toMatchObject({ code: 0, stdout: 'Sinks that lost conditions: 3\n' });
    for (const name of some)
      expect((await read('KafkaSink', `team-b/${name}`)).status?.conditions).toEqual([]);
  });

  test('looks again until a controller that is still running has stopped', async () => {
    const where = 'team-a/ours';
    const set = (): Promise<void> =>
      setConditions('JobSink', where, [...ofOurs.JobSink, ...ofKnative.JobSink]);
    await set();
    const ended = run();
    for (let times = 0; times < 2; times += 1) {
      await eventually(async () => {
        expect((await read('JobSink', where)).status?.conditions).toEqual(ofKnative.JobSink);
      });
      await set();
    }
    expect(await ended).toMatchObject({ code: 0 });
    expect((await read('JobSink', where)).status?.conditions).toEqual(ofKnative.JobSink);
  });

  test('changes sinks in watched namespaces only', async () => {
    for (const namespace of ['team-b', 'team-c']) {
      await createSinks('JobSink', namespace, ['ours']);
      await setConditions('JobSink', `${namespace}/ours`, ofOurs.JobSink);
    }
    expect(await run(watched)).toMatchObject({ code: 0, stdout: 'Sinks that lost conditions: 1\n' });
    expect((await read('JobSink', 'team-b/ours')).status?.conditions).toEqual([]);
    expect((await read('JobSink', 'team-c/ours')).status?.conditions).toHaveLength(3);
  });

  test('fails in the end, and has cleaned up what it could, when it may not do the rest', async () => {
    await setConditions('JobSink', 'team-b/ours', ofOurs.JobSink);
    const elsewhere = { NAMESPACES: 'team-c,team-b', WAIT_SECONDS: '1' };
    const { code, stderr } = await runUninstallHook(server, watched, elsewhere);
    expect(code).toBe(1);
    expect(stderr).toContain('/namespaces/team-c/jobsinks');
    expect(stderr).toContain('403');
    expect((await read('JobSink', 'team-b/ours')).status?.conditions).toEqual([]);
  });

  test('passes over a kind that has no definition', async () => {
    await server.kubectl(['delete', 'crd', 'kafkasinks.eventing.knative.dev']);
    expect(await run()).toMatchObject({ code: 0 });
    expect((await read('JobSink', 'team-c/ours')).status?.conditions).toEqual([]);
  });
});
