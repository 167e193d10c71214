import { beforeAll, describe, expect, test } from '@jest/globals';
import { chartFolder, helm, render, type Rendered } from './support/chart.ts';

type Objects = ReadonlyMap<string, Rendered>;

const watched = { 'watchNamespaces[0]': 'team-a', 'watchNamespaces[1]': 'team-b' };
const components = ['controller-sinks', 'job-sink', 'kafka-sink'] as const;

/** Kinds without a namespace that the chart may have objects of. */
const clusterKinds = [
  ...['ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition', 'Namespace'],
  ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration'],
];

const clusterWide = (objects: Objects): string[] =>
  [...objects].flatMap(([name, { kind }]) => (clusterKinds.includes(kind) ? [name] : [])).sort();

const rulesOf = (objects: Objects, name: string): unknown => objects.get(name)?.rules;

describe('with watchNamespaces', () => {
  let objects: Objects;
  let everywhere: Objects;
  beforeAll(async () => {
    [objects, everywhere] = await Promise.all([render(watched), render()]);
  });

  test('what is left in the whole cluster is this, and no more', () => {
    expect(clusterWide(objects)).toEqual(
      [
        // The accounts’ one right there: to fill in the CA of the webhook below.
        'ClusterRole/event-sinks-webhook',
        'ClusterRoleBinding/event-sinks-webhook',
        // For people and for Knative; they come with the definitions, and bind no account.
        ...['addressable-resolver', 'edit', 'view'].map((name) => `ClusterRole/event-sinks-${name}`),
        ...['jobsinks.sinks', 'kafkasinks.eventing'].map(
          (name) => `CustomResourceDefinition/${name}.knative.dev`,
        ),
        ...['job-sink', 'kafka-sink'].flatMap((sink) => [
          `ValidatingAdmissionPolicy/event-sinks-${sink}-author`,
          `ValidatingAdmissionPolicyBinding/event-sinks-${sink}-author`,
        ]),
        'ValidatingWebhookConfiguration/event-sinks-webhook',
      ].sort(),
    );
  });

  test('the one ClusterRole of an account is about one object', () => {
    expect(rulesOf(objects, 'ClusterRole/event-sinks-webhook')).toEqual([
      {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        resourceNames: ['event-sinks-webhook'],
        verbs: ['get', 'patch'],
      },
    ]);
  });

  test.each(components)(
    'an account may do in each namespace what it could do everywhere: %s',
    (component) => {
      const before = rulesOf(everywhere, `ClusterRole/event-sinks-${component.replace('-sinks', '')}`);
      // What it binds is a Role then.
      const text = JSON.stringify(before).replace('"clusterroles"', '"roles"');
      for (const namespace of ['team-a', 'team-b'])
        expect(rulesOf(objects, `Role/${namespace}/event-sinks-${component}`)).toEqual(JSON.parse(text));
    },
  );

  test('every Role is bound, the Secrets’ by the controller alone and while a sink needs it', () => {
    const roles = [...objects].filter(([, { kind }]) => kind === 'Role');
    expect(roles).toHaveLength(11);
    const unbound = roles.filter(([name, { metadata }]) => {
      const { roleRef, subjects } = objects.get(name.replace(/^Role/, 'RoleBinding')) ?? {};
      return roleRef?.kind !== 'Role' || roleRef.name !== metadata.name || subjects?.length !== 1;
    });
    expect(unbound.map(([name]) => name)).toEqual(
      ['team-a', 'team-b'].map((namespace) => `Role/${namespace}/event-sinks-kafka-sink-secret-reader`),
    );
  });

  test('every binding is for an account of the release', () => {
    const subjects = [...objects.values()]
      .filter(({ kind }) => kind.endsWith('RoleBinding'))
      .flatMap((binding) => binding.subjects as { kind: string; name: string; namespace: string }[]);
    expect(new Set(subjects.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`))).toEqual(
      new Set(
        ['event-sinks-controller', 'job-sink', 'kafka-sink-ingress'].map(
          (name) => `ServiceAccount knative-eventing/${name}`,
        ),
      ),
    );
  });

  test('every app is told, and the API server asks the webhook about these namespaces only', () => {
    for (const name of ['event-sinks-controller', 'job-sink', 'kafka-sink-ingress']) {
      const [container] = objects.get(`Deployment/${name}`)?.spec.template.spec.containers ?? [];
      expect(container?.env).toContainEqual({ name: 'WATCH_NAMESPACES', value: 'team-a,team-b' });
    }
    const selectors = (from: Objects): unknown[] =>
      (from.get('ValidatingWebhookConfiguration/event-sinks-webhook')?.webhooks ?? []).map(
        ({ namespaceSelector }) => namespaceSelector,
      );
    const values = ['team-a', 'team-b'];
    expect(selectors(objects)).toEqual([
      { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] },
    ]);
    expect(selectors(everywhere)).toEqual([undefined]);
  });

  test('the namespace of the release may be among them', async () => {
    const own = await render({ 'watchNamespaces[0]': 'knative-eventing' });
    expect(rulesOf(own, 'Role/event-sinks-controller')).toEqual(
      rulesOf(everywhere, 'Role/event-sinks-controller'),
    );
    expect(rulesOf(own, 'Role/event-sinks-controller-sinks')).toEqual(
      rulesOf(objects, 'Role/team-a/event-sinks-controller-sinks'),
    );
  });

  test('nothing is left in the whole cluster where others see to definitions and admission', async () => {
    const values = {
      ...watched,
      ...{ 'crds.enabled': false, 'webhook.enabled': false, 'admissionPolicy.enabled': false },
    };
    expect(clusterWide(await render(values))).toEqual([]);
  });

  test.each([
    ['the first of them', watched, 'team-a'],
    ['the release’s own if it is one', { ...watched, 'watchNamespaces[2]': 'knative-eventing' }, ''],
  ])('helm test tries a sink in %s', async (_name, values, namespace) => {
    const tried = await render({ ...values, 'tests.bootstrapServers[0]': 'kafka:9092' }, { hooks: true });
    const folder = namespace === '' ? '' : `${namespace}/`;
    for (const kind of ['JobSink', 'KafkaSink'])
      expect(tried.has(`${kind}/${folder}event-sinks-helm-test`)).toBe(true);
    const pod = tried.get('Pod/event-sinks-helm-test')?.spec as unknown as { containers: unknown[] };
    const path = `/${namespace === '' ? 'knative-eventing' : namespace}/event-sinks-helm-test`;
    const targets = ['job-sink', 'kafka-sink-ingress'].map(
      (name) => `http://${name}.knative-eventing.svc.cluster.local${path}`,
    );
    expect(JSON.stringify(pod.containers)).toContain(targets.join(' '));
  });
});

test('without watchNamespaces the only Roles are in the namespace of the release', async () => {
  const names = [...(await render()).keys()].filter((name) => name.startsWith('Role/'));
  expect(names.sort()).toEqual([
    'Role/event-sinks-controller',
    'Role/event-sinks-job-sink-features',
    'Role/event-sinks-kafka-sink-features',
  ]);
});

describe('a wrong list is refused with its path', () => {
  test.each([
    ['a name with capitals', '{Team}', '/watchNamespaces/0'],
    ['a pattern', '{team-*}', '/watchNamespaces/0'],
    ['a name twice', '{a,a}', '/watchNamespaces'],
    ['text', 'team-a', '/watchNamespaces'],
    [
      'more names than a hundred',
      `{${Array.from({ length: 101 }, (_, index) => `n${index}`).join(',')}}`,
      '/watchNamespaces',
    ],
  ])('%s', async (_name, value, path) => {
    const args = ['template', 'sinks', chartFolder, '--set', `watchNamespaces=${value}`];
    const { code, stderr } = await helm(4, args);
    expect(code).not.toBe(0);
    expect(stderr.replaceAll('.', '/')).toContain(path);
  });
});
