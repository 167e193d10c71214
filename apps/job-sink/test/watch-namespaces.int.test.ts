import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  accountKubeconfig,
  eventually,
  renderChart,
  servedUrl,
  stored,
  type SinkServer,
} from '@event-sinks/testing';
import { startCluster, type Cluster } from './cluster.ts';
import { post, startDispatcher } from './dispatcher.ts';

/*
 * The dispatcher runs under its own service account, with the Roles that the chart gives it in watched namespaces and no
 * other right. The namespace team-late is watched and not there yet.
 */

let cluster: Cluster;
let dispatcher: SinkServer;

const applyChart = async (namespaces: string): Promise<void> => {
  const manifests = await renderChart(['job-sink.yaml'], [`watchNamespaces={${namespaces}}`]);
  await cluster.server.kubectl(['apply', '-f', '-'], manifests);
};

beforeAll(async () => {
  cluster = await startCluster();
  for (const name of ['knative-eventing', 'team-a', 'team-b', 'team-c']) await cluster.namespace(name);
  await applyChart('team-a,team-b');
  const account = { namespace: 'knative-eventing', name: 'job-sink' };
  const kubeconfig = await accountKubeconfig(cluster.server, account);
  dispatcher = await startDispatcher(kubeconfig, { WATCH_NAMESPACES: 'team-a,team-b,team-late' });
}, 120_000);

afterAll(async () => {
  await dispatcher.stop();
  await cluster.close();
});

const readiness = async (): Promise<unknown> => (await fetch(`${dispatcher.metricsUrl}/readyz`)).json();

test('a namespace that is not there keeps nothing from being served, and readiness says what mends it', async () => {
  await eventually(
    async () => {
      expect(await readiness()).toEqual({
        ...{ ready: true, failing: [] },
        warnings: [
          expect.stringMatching(/^No right to read jobsinks in the namespace team-late: .*helm upgrade/),
        ],
      });
    },
    { timeoutMs: 30_000 },
  );
  expect(dispatcher.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'A watched namespace may not be read' }),
  );
});

test.each(['team-a', 'team-b'])('a sink in %s, which is watched, is served', async (namespace) => {
  const sink = await cluster.jobSink(namespace, 'logger');
  expect(await post(await servedUrl(dispatcher.url, sink))).toEqual(stored);
  expect(await cluster.jobsOf(namespace)).toHaveLength(1);
  expect(await cluster.secretsOf(namespace)).toHaveLength(1);
});

test('a sink in another namespace is unknown, and so is the run of an event there', async () => {
  await cluster.jobSink('team-c', 'logger');
  // Made later in a watched namespace, and known by now.
  await servedUrl(dispatcher.url, await cluster.jobSink('team-a', 'marker'));
  expect(await post(`${dispatcher.url}/team-c/logger`)).toMatchObject({
    status: 404,
    reason: 'SinkNotFound',
  });
  expect(await cluster.jobsOf('team-c')).toEqual([]);
  const run = `${dispatcher.url}/namespaces/team-c/name/logger/sources/a/ids/1`;
  expect((await fetch(run)).status).toBe(404);
});

test('a namespace that comes later is served once it has its Role, without a restart', async () => {
  await cluster.namespace('team-late');
  const sink = await cluster.jobSink('team-late', 'logger');
  expect(await post(`${dispatcher.url}/team-late/logger`)).toMatchObject({ status: 404 });
  await applyChart('team-a,team-b,team-late');
  const url = await eventually(() => servedUrl(dispatcher.url, sink), { timeoutMs: 30_000 });
  expect(await post(url)).toEqual(stored);
  expect(await readiness()).toEqual({ ready: true, failing: [] });
});
