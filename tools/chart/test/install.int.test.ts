import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type TestApiServer } from '@event-sinks/testing';
import { parseAllDocuments, stringify } from 'yaml';
import { render } from './support/chart.ts';
import { install, startChartServer, system, uninstall } from './support/cluster.ts';

/** Every kind that the chart has ever objects of, other than the definitions that may stay. */
const kinds = [
  ...['deployments', 'services', 'serviceaccounts', 'roles', 'rolebindings', 'poddisruptionbudgets'],
  ...['horizontalpodautoscalers', 'networkpolicies', 'clusterroles', 'clusterrolebindings', 'secrets'],
  ...['validatingwebhookconfigurations', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
  ...['configmaps', 'jobs', 'pods', 'leases'],
].join(',');

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
});
afterAll(() => server.close());

/** Names of everything in the cluster that is not of the API server itself. */
async function everything(): Promise<string[]> {
  const list = await server.kubectl(['get', kinds, '-A', '-o', 'name']);
  return list
    .split('\n')
    .filter((name) => name !== '' && !/\/(system:|kubernetes$)/.test(name))
    .sort();
}

const all = {
  'networkPolicy.enabled': true,
  'jobSink.autoscaling.enabled': true,
  'jobSink.podDisruptionBudget.enabled': true,
  'jobSink.topologySpreadConstraints[0].maxSkew': 1,
  'jobSink.topologySpreadConstraints[0].topologyKey': 'zone',
  'jobSink.topologySpreadConstraints[0].whenUnsatisfiable': 'ScheduleAnyway',
};

describe('the API server', () => {
  test.each([
    ['with what is on by default', {}],
    ['with everything on', all],
    ['alongside', { mode: 'alongside' }],
  ])('takes every object %s, knows every field and warns of nothing', async (_name, values) => {
    const objects = [...(await render(values)).values()];
    const manifest = objects.map((object) => stringify(object)).join('---\n');
    const dryRun = ['create', '--dry-run=server', '--validate=strict', '-f', '-'];
    const { code, stdout, stderr } = await server.tryKubectl(dryRun, manifest);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toHaveLength(objects.length);
  });
});

describe.each([3, 4] as const)('Helm %d', (major) => {
  test('installs, upgrades and takes away all but the definitions', async () => {
    const before = await everything();
    const installed = await install(server, {}, { major });
    expect(installed).toMatchObject({ code: 0 });
    // A namespace that does not like its pods would have been heard here.
    expect(installed.stderr).not.toMatch(/warn|violate/i);

    const upgraded = await install(server, all, { major });
    expect(upgraded).toMatchObject({ code: 0 });
    expect(await everything()).toContain('horizontalpodautoscaler.autoscaling/job-sink');

    expect(await uninstall(server, major)).toMatchObject({ code: 0 });
    expect(await everything()).toEqual(before);
    expect(await server.kubectl(['get', 'crd', '-o', 'name'])).toBe(
      'customresourcedefinition.apiextensions.k8s.io/jobsinks.sinks.knative.dev\n' +
        'customresourcedefinition.apiextensions.k8s.io/kafkasinks.eventing.knative.dev\n',
    );
  });
});

test('a namespace that enforces the restricted standard takes the pods', async () => {
  await server.kubectl(['create', 'serviceaccount', 'default', '-n', system]);
  for (const [name, object] of await render({ 'kafkaSink.image.pullPolicy': 'Always' })) {
    if (object.kind !== 'Deployment') continue;
    const { metadata, spec } = object.spec.template;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'trial', namespace: system },
      spec: { ...spec, serviceAccountName: 'default' },
    };
    const { code, stderr } = await server.tryKubectl(
      ['create', '--dry-run=server', '-f', '-'],
      stringify(pod),
    );
    expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: '' });
  }
});

describe('security that ConfigMap config-features asks for', () => {
  const features = ['configmap', 'config-features', '-n', system];
  const ask = (setting: string): Promise<string> =>
    server.kubectl(['create', ...features, `--from-literal=${setting}`]);

  test.each(['authentication-oidc=Enabled', 'authentication-oidc=yes', 'transport-encryption=strict'])(
    'is refused: %s',
    async (setting) => {
      await ask(setting);
      const { code, stderr } = await install(server);
      await server.kubectl(['delete', ...features]);
      expect(code).not.toBe(0);
      expect(stderr).toContain(setting.replace('=', ': '));
      expect(stderr).toContain('security.acceptUnenforced=true');
    },
  );

  test('is taken where it is accepted, and said in capitals', async () => {
    await ask('authentication-oidc=enabled');
    const { code, stdout } = await install(server, { 'security.acceptUnenforced': true });
    await server.kubectl(['delete', ...features]);
    expect(code).toBe(0);
    expect(stdout).toContain('are NOT enforced');
    expect(stdout).toContain('asks for authentication-oidc: enabled');
  });

  test('is none where the features are disabled', async () => {
    await ask('authentication-oidc=Disabled');
    // Without any value Helm would take those of the release before.
    const { code, stdout } = await install(server, { mode: 'standalone' });
    await server.kubectl(['delete', ...features]);
    expect(code).toBe(0);
    expect(stdout).not.toContain('are NOT enforced');
    expect(await uninstall(server)).toMatchObject({ code: 0 });
  });
});

test('a PriorityClass that is not there is refused', async () => {
  const { code, stderr } = await install(server, { 'jobSink.priorityClassName': 'nowhere' });
  expect(code).not.toBe(0);
  expect(stderr).toContain('jobSink.priorityClassName is nowhere, and there is no such PriorityClass');
});

test('crds.keep=false takes the definitions along', async () => {
  await server.kubectl(['delete', 'crd', '--all', '--wait=false']);
  await noDefinitionLeft();
  expect(await install(server, { 'crds.keep': false })).toMatchObject({ code: 0 });
  expect(await uninstall(server)).toMatchObject({ code: 0 });
  await noDefinitionLeft();
}, 600_000);

/** The API server removes a definition after its objects, and tries ever more rarely when it could not list them. */
async function noDefinitionLeft(): Promise<void> {
  await eventually(
    async () => {
      expect(await server.kubectl(['get', 'crd', '-o', 'name'])).toBe('');
    },
    { timeoutMs: 240_000 },
  );
}

describe('beside Knative Eventing', () => {
  const fixture = new URL('../../../e2e/knative/fixtures/knative-eventing.yaml', import.meta.url);
  const installed = parseAllDocuments(readFileSync(fixture, 'utf8')).map(
    (document) => document.toJS() as { kind: string; metadata: { name: string } },
  );
  /** One of the objects that an installation of Knative has made. */
  const knative = (kind: string, name: string): object =>
    installed.find((object) => object.kind === kind && object.metadata.name === name)!;
  const create = (object: object): Promise<string> =>
    server.kubectl(['create', '-f', '-'], JSON.stringify(object));

  test('alongside is refused where there is no Knative', async () => {
    const { code, stderr } = await install(server, { mode: 'alongside' });
    expect(code).not.toBe(0);
    expect(stderr).toContain('set mode=standalone');
  });

  test('standalone is refused where Knative’s controller runs, and says what to set', async () => {
    await create(knative('Deployment', 'eventing-controller'));
    const { code, stderr } = await install(server);
    expect(code).not.toBe(0);
    expect(stderr).toContain('the Deployment eventing-controller runs in the namespace knative-eventing');
    expect(stderr).toContain('Set mode=alongside');
    expect(stderr).toContain('jobSink.enabled=false');
  });

  test('standalone is refused where the definition is Knative’s', async () => {
    await server.kubectl(['delete', 'deployment', 'eventing-controller', '-n', system]);
    await create(knative('CustomResourceDefinition', 'jobsinks.sinks.knative.dev'));
    const { code, stderr } = await install(server);
    expect(code).not.toBe(0);
    expect(stderr).toContain('jobsinks.sinks.knative.dev is Knative');
  });

  test('alongside is refused in another namespace than Knative’s', async () => {
    const { stderr } = await install(server, { mode: 'alongside' });
    expect(stderr).toContain('--namespace knative-eventing');
  });

  test('KafkaSink alone is taken in the mode standalone', async () => {
    expect(await install(server, { 'jobSink.enabled': false })).toMatchObject({ code: 0, stderr: '' });
    expect(await uninstall(server)).toMatchObject({ code: 0 });
  });

  test('alongside is taken, and touches nothing of Knative’s', async () => {
    await create(knative('Service', 'job-sink'));
    await create(knative('Deployment', 'job-sink'));
    expect(await install(server, { mode: 'alongside' })).toMatchObject({ code: 0, stderr: '' });
    expect(await uninstall(server)).toMatchObject({ code: 0 });
    expect(await everything()).toEqual(
      expect.arrayContaining(['deployment.apps/job-sink', 'service/job-sink']),
    );
    expect(await server.kubectl(['get', 'crd', '-o', 'name'])).toContain('jobsinks.sinks.knative.dev');
  });

  test('a KafkaSink definition of somebody else’s is refused', async () => {
    const label = ['label', 'crd', 'kafkasinks.eventing.knative.dev', '--overwrite'];
    await server.kubectl([...label, 'app.kubernetes.io/part-of=kafka-broker']);
    const { stderr } = await install(server, { mode: 'alongside' });
    expect(stderr).toContain('kafkaSink.enabled=false');
    await server.kubectl([...label, 'app.kubernetes.io/part-of=event-sinks']);
  });
});
