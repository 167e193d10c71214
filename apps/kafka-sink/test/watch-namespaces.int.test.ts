import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { kafkaSinkResource } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import {
  accountKubeconfig,
  eventually,
  renderChart,
  servedUrl,
  startTestKafka,
  stored,
  type SinkServer,
  type TestKafka,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { post, startProducer } from './producer.ts';

/*
 * The producer runs under its own service account, with the Roles that the chart gives it in watched namespaces and no
 * other right. The namespace team-late is watched and not there yet.
 */

let cluster: Cluster;
let kafka: TestKafka;
let producer: SinkServer;

const applyChart = async (namespaces: string): Promise<void> => {
  const manifests = await renderChart(['kafka-sink.yaml'], [`watchNamespaces={${namespaces}}`]);
  await cluster.server.kubectl(['apply', '-f', '-'], manifests);
};

beforeAll(async () => {
  [cluster, kafka] = await Promise.all([startCluster(), startTestKafka()]);
  for (const name of ['knative-eventing', 'team-a', 'team-b', 'team-c'])
    await cluster.server.kubectl(['create', 'namespace', name]);
  await applyChart('team-a,team-b');
  const account = { namespace: 'knative-eventing', name: 'kafka-sink-ingress' };
  const kubeconfig = await accountKubeconfig(cluster.server, account);
  producer = await startProducer(kubeconfig, { WATCH_NAMESPACES: 'team-a,team-b,team-late' });
}, 180_000);

afterAll(async () => {
  await producer.stop();
  await kafka.close();
  await cluster.close();
});

const readiness = async (): Promise<unknown> => (await fetch(`${producer.metricsUrl}/readyz`)).json();

/** A sink and its topic, both with the name of the namespace. */
async function create(namespace: string): Promise<KubeObject> {
  await kafka.createTopic({ topic: namespace });
  const { apiVersion, kind } = kafkaSinkResource;
  // A CRD is established a moment before its resource is served.
  return eventually(() =>
    cluster.client.create<KubeObject>(kafkaSinkResource, {
      ...{ apiVersion, kind, metadata: { namespace, name: namespace } },
      spec: { topic: namespace, bootstrapServers: [kafka.bootstrap] },
    }),
  );
}

test('a namespace that is not there keeps nothing from being served, and readiness says what mends it', async () => {
  await eventually(
    async () => {
      expect(await readiness()).toEqual({
        ...{ ready: true, failing: [] },
        warnings: [
          expect.stringMatching(/^No right to read kafkasinks in the namespace team-late: .*helm upgrade/),
        ],
      });
    },
    { timeoutMs: 30_000 },
  );
});

test.each(['team-a', 'team-b'])('a sink in %s, which is watched, is served', async (namespace) => {
  const url = await servedUrl(producer.url, await create(namespace));
  expect(await post(url)).toEqual(stored);
  expect(await kafka.consume(namespace, 1)).toHaveLength(1);
});

test('a sink in another namespace is unknown', async () => {
  await create('team-c');
  expect(await post(`${producer.url}/team-c/team-c`)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
});

test('a namespace that comes later is served once it has its Role, without a restart', async () => {
  await cluster.server.kubectl(['create', 'namespace', 'team-late']);
  const sink = await create('team-late');
  expect(await post(`${producer.url}/team-late/team-late`)).toMatchObject({ status: 404 });
  await applyChart('team-a,team-b,team-late');
  const url = await eventually(() => servedUrl(producer.url, sink), { timeoutMs: 30_000 });
  expect(await post(url)).toEqual(stored);
  expect(await readiness()).toEqual({ ready: true, failing: [] });
  // What was unknown before still is.
  expect(await post(`${producer.url}/team-c/team-c`)).toMatchObject({ status: 404, reason: 'SinkNotFound' });
});
