import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { readSettings, run, systemNamespace } from '@event-sinks/platform';
import { postFromPod, type Post } from '../support/post-from-pod.ts';
import { openTestCluster, type TestCluster } from '../support/test-cluster.ts';

describe('an installation for some namespaces', () => {
  let watched: TestCluster;
  let other: TestCluster;

  /** As the guide says, on the release that all end-to-end tests share. */
  const upgrade = async (...values: readonly string[]): Promise<void> => {
    const { helm, kubeconfig } = watched.cluster;
    const chart = join(readSettings(process.env).checkout, 'charts', 'event-sinks');
    await run(helm, [
      ...['upgrade', 'event-sinks', chart, '--namespace', systemNamespace, '--kubeconfig', kubeconfig],
      ...['--reuse-values', ...values, '--wait', '--timeout', '3m'],
    ]);
  };

  const kafkaSink = (topic: string): object => ({
    ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink', metadata: { name: 'orders' } },
    spec: { topic, bootstrapServers: ['my-cluster-kafka-bootstrap.kafka:9092'] },
  });

  beforeAll(async () => {
    [watched, other] = await Promise.all([openTestCluster(), openTestCluster()]);
    await upgrade('--set', `watchNamespaces={${watched.namespace}}`);
    await watched.cluster.ensureTopic(watched.namespace, 1);
    for (const target of [watched, other]) {
      await target.kubectl(['apply', '-f', target.sample('jobsink/job-sink-logger.yaml')]);
      await target.kubectl(['apply', '-f', '-'], JSON.stringify(kafkaSink(watched.namespace)));
    }
  });
  afterAll(async () => {
    await upgrade('--set-json', 'watchNamespaces=[]');
    await Promise.all([watched.close(), other.close()]);
  });

  const eventFor = (service: string, path: string): Post => ({
    url: `http://${service}.${systemNamespace}.svc.cluster.local/${path}`,
    headers: {
      ...{ 'ce-specversion': '1.0', 'ce-source': '/e2e', 'ce-type': 'e2e', 'ce-id': '1' },
      'content-type': 'application/json',
    },
    body: '{}',
  });
  /** To one event for each of the sinks. */
  const answers = async (target: TestCluster): Promise<number[]> =>
    (
      await postFromPod(target, 'sender', [
        eventFor('job-sink', `${target.namespace}/job-sink-logger`),
        eventFor('kafka-sink-ingress', `${target.namespace}/orders`),
      ])
    ).map(({ status }) => status);

  test('takes an event through each sink of a watched namespace', async () => {
    const names = ['jobsink/job-sink-logger', 'kafkasink/orders'];
    await watched.kubectl(['wait', '--for=condition=Ready', '--timeout=60s', ...names]);
    expect(await answers(watched)).toEqual([202, 202]);
    expect((await watched.get<{ items: unknown[] }>(['jobs'])).items).toHaveLength(1);
    expect(await watched.cluster.countRecords(watched.namespace)).toBe(1);
  });

  test('leaves sinks of another namespace alone, and may do nothing there', async () => {
    expect(await answers(other)).toEqual([404, 404]);
    const { items } = await other.get<{ items: { status?: unknown }[] }>(['jobsinks,kafkasinks']);
    expect(items.map(({ status }) => status)).toEqual([undefined, undefined]);
    const accounts = ['event-sinks-controller', 'job-sink'];
    for (const account of accounts) {
      const can = [
        'auth',
        'can-i',
        'create',
        'jobs',
        `--as=system:serviceaccount:${systemNamespace}:${account}`,
      ];
      expect((await other.tryKubectl(can)).stdout.trim()).toBe('no');
      expect((await watched.tryKubectl(can)).stdout.trim()).toBe('yes');
    }
  });
});
