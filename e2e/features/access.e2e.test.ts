import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemNamespace } from '@event-sinks/platform';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

const account = (name: string): string => `system:serviceaccount:${systemNamespace}:${name}`;

describe('who may do what', () => {
  let target: TestCluster;
  beforeAll(async () => {
    target = await openTestCluster();
  });
  afterAll(() => target.close());

  const can = async (user: string, verb: string, resource: string): Promise<string> => {
    const [plural = '', subresource = ''] = resource.split('/');
    const args = ['auth', 'can-i', verb, plural, `--subresource=${subresource}`, `--as=${user}`];
    const { stdout } = await target.tryKubectl(args);
    return stdout.trim();
  };

  test.each([
    ['the dispatcher creates Secrets', 'job-sink', 'create', 'secrets', 'yes'],
    ['the dispatcher reads no Secret', 'job-sink', 'get', 'secrets', 'no'],
    ['the dispatcher lists no Secrets', 'job-sink', 'list', 'secrets', 'no'],
    ['the dispatcher lists no Jobs', 'job-sink', 'list', 'jobs', 'no'],
    ['the dispatcher creates no pods', 'job-sink', 'create', 'pods', 'no'],
    ['the producer reads no Secret', 'kafka-sink-ingress', 'get', 'secrets', 'no'],
    ['the producer writes no KafkaSink', 'kafka-sink-ingress', 'patch', 'kafkasinks', 'no'],
    ['the controller changes no spec', 'event-sinks-controller', 'patch', 'jobsinks', 'no'],
    ['the controller writes the status', 'event-sinks-controller', 'patch', 'jobsinks/status', 'yes'],
    ['the controller reads no Secret', 'event-sinks-controller', 'get', 'secrets', 'no'],
  ])('%s', async (_name, user, verb, resource, answer) => {
    expect(await can(account(user), verb, resource)).toBe(answer);
  });

  test('Knative’s resolver may read both kinds through the role that it aggregates', async () => {
    const roles = await target.get<{ items: { rules: { resources: string[]; verbs: string[] }[] }[] }>([
      'clusterroles',
      '-l',
      'duck.knative.dev/addressable=true',
    ]);
    const rules = roles.items.flatMap((role) => role.rules);
    for (const resource of ['jobsinks', 'jobsinks/status', 'kafkasinks', 'kafkasinks/status']) {
      expect(rules.find(({ resources }) => resources.includes(resource))?.verbs).toEqual([
        'get',
        'list',
        'watch',
      ]);
    }
  });

  test('the pods satisfy the restricted Pod Security Standard', async () => {
    const label = [
      'label',
      'namespace',
      systemNamespace,
      '--dry-run=server',
      '--overwrite',
      'pod-security.kubernetes.io/enforce=restricted',
    ];
    const { stderr, code } = await target.tryKubectl(label);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });
});
