import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { systemNamespace } from '@event-sinks/platform';
import { eventually } from '@event-sinks/testing';
import { postFromPod } from '../support/post-from-pod.ts';
import { suspendedJobSink } from '../support/suspended-job-sink.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';
import { definitions, kafkaSink, login, withLogin } from './definitions.ts';
import { currentChart, helmRelease, type AnyObject, type HelmRelease, type Images } from './helm-release.ts';
import { leftovers } from './leftovers.ts';

describe('helm uninstall', () => {
  let target: TestCluster;
  let release: HelmRelease;
  let current: Images;
  let installed: readonly AnyObject[];

  beforeAll(async () => {
    target = await openTestCluster();
    release = helmRelease(target);
    current = await release.images();
    installed = await release.manifest();
    for (const object of [suspendedJobSink('jobs'), login, sinkWithLogin(), sinkWithout()])
      await target.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  });
  afterAll(async () => {
    await release.restore(current);
    await target.close();
  });

  const topic = (): string => `${target.namespace}-with-login`;
  /** Makes its topic, and is held by a finalizer until that is deleted with it. */
  const sinkWithLogin = (): object =>
    kafkaSink('with-login', { topic: topic(), numPartitions: 2, replicationFactor: 1, ...withLogin });
  const sinkWithout = (): object => kafkaSink('without', { topic: topic() });
  const ready = async (): Promise<void> => {
    const sinks = ['jobsink/jobs', 'kafkasink/with-login', 'kafkasink/without'];
    await target.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...sinks]);
  };

  /** What the controller keeps beside the chart's objects, all of which has to be there before it can be left over. */
  const controllersOwn = [
    'lease.coordination.k8s.io/event-sinks-controller',
    'rolebinding.rbac.authorization.k8s.io/event-sinks-kafka-sink-secret-reader',
    'secret/event-sinks-webhook-tls',
  ];
  const isOwned = async (name: string): Promise<void> => {
    const namespace = name.startsWith('rolebinding') ? target.namespace : systemNamespace;
    const { metadata } = await target.get<AnyObject>([name, '-n', namespace]);
    expect(metadata.ownerReferences).toHaveLength(1);
  };

  /** The conditions of all sinks that have the severity Info, as those that Knative does not know. */
  const informative = async (): Promise<string[]> => {
    const path = '{range .items[*].status.conditions[?(@.severity=="Info")]}{.type}{"\\n"}{end}';
    const types = await target.kubectl(['get', 'jobsinks,kafkasinks', '-o', `jsonpath=${path}`]);
    return types.split('\n').filter((type) => type !== '');
  };

  const isLeft = async (expected: readonly string[]): Promise<void> => {
    await eventually(
      async () => {
        expect(await leftovers(target, installed)).toEqual(expected);
      },
      { timeoutMs: 60_000, intervalMs: 2_000 },
    );
  };

  test('leaves the definitions and the sinks, and nothing else', async () => {
    await ready();
    await eventually(async () => {
      expect(await leftovers(target, installed)).toEqual(expect.arrayContaining(controllersOwn));
      for (const name of controllersOwn) await isOwned(name);
    });
    expect(new Set(await informative())).toEqual(
      new Set(['CredentialsReady', 'DataPlaneAvailable', 'JobTemplateValid', 'JobsRunnable']),
    );
    await release.uninstall();
    await isLeft(definitions.map((name) => `customresourcedefinition.apiextensions.k8s.io/${name}`));
    const sinks = await target.kubectl(['get', 'jobsinks,kafkasinks', '-o', 'name']);
    expect(sinks.trim().split('\n')).toEqual([
      'jobsink.sinks.knative.dev/jobs',
      'kafkasink.eventing.knative.dev/with-login',
      'kafkasink.eventing.knative.dev/without',
    ]);
  });

  test('removes the conditions that Knative does not know from the sinks, and leaves their addresses', async () => {
    expect(await informative()).toEqual([]);
    const { items } = await target.get<{
      items: { status: { conditions: { type: string }[]; address: { url: string } } }[];
    }>(['jobsinks,kafkasinks']);
    const ofJobSinks = ['Addressable', 'EventPoliciesReady', 'Ready'];
    const ofKafkaSinks = ['Addressable', 'DataPlaneAvailable', 'EventPoliciesReady', 'Ready', 'TopicReady'];
    const types = items.map(({ status }) => status.conditions.map(({ type }) => type));
    expect(types).toEqual([ofJobSinks, ofKafkaSinks, ofKafkaSinks]);
    expect(items.map(({ status }) => status.address.url)).toEqual([
      expect.stringContaining('/jobs'),
      expect.stringContaining('/with-login'),
      expect.stringContaining('/without'),
    ]);
  });

  test('is undone by an installation, after which the sinks that stayed take events', async () => {
    await release.install(currentChart, current, { 'crds.keep': 'false' });
    await ready();
    const headers = {
      ...{ 'ce-specversion': '1.0', 'ce-id': '1', 'ce-type': 'e2e', 'ce-source': '/e2e' },
      'content-type': 'text/plain',
    };
    const answers = await postFromPod(
      target,
      'sender',
      ['job-sink/jobs', 'kafka-sink-ingress/with-login', 'kafka-sink-ingress/without'].map((path) => {
        const [service = '', sink = ''] = path.split('/');
        const url = `http://${service}.${systemNamespace}.svc.cluster.local/${target.namespace}/${sink}`;
        return { url, headers, body: 'text' };
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  });

  test('leaves nothing at all with crds.keep=false, not even a topic that a sink has made', async () => {
    const held = await target.get<{ metadata: { finalizers?: string[] } }>(['kafkasink', 'with-login']);
    expect(held.metadata.finalizers).toEqual(['kafkasinks.eventing.knative.dev']);
    await release.uninstall();
    await isLeft([]);

    await release.restore(current);
    await target.kubectl(['apply', '-f', '-'], JSON.stringify(sinkWithout()));
    const topicIsGone = '--for=jsonpath={.status.conditions[?(@.type=="TopicReady")].reason}=TopicNotFound';
    await target.kubectl(['wait', topicIsGone, '--timeout=60s', 'kafkasink/without']);
  });
});
