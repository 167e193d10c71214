import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { loadKubeClient, type KubeClient } from '../src/index.ts';
import { configMapOf, configMaps } from './api-objects.ts';
import { collect } from './collect.ts';
import { startCountingProxy, type CountingProxy } from './counting-proxy.ts';
import { makeFolder } from './scripted-server.ts';

let server: TestApiServer;
let folder: ReturnType<typeof makeFolder>;
let proxy: CountingProxy;

beforeAll(async () => {
  folder = makeFolder();
  server = await startTestApiServer();
}, 120_000);

afterAll(async () => {
  await server.close();
  folder.remove();
});

beforeEach(async () => {
  proxy = await startCountingProxy(Number(new URL(server.url).port));
});

afterEach(() => proxy.close());

async function clientThroughProxy(connections?: number): Promise<KubeClient> {
  const config = await server.kubectl(['config', 'view', '--raw', '-o', 'json']);
  const through = config.replaceAll(server.url, `https://127.0.0.1:${proxy.port}`);
  const kubeconfig = folder.file(`config-${proxy.port}`, through);
  return loadKubeClient({ kubeconfig, userAgent: 'kube-test', ...(connections && { connections }) });
}

test('300 creates in a row share two connections at most', async () => {
  const client = await clientThroughProxy();
  for (let n = 0; n < 300; n += 1) await client.create(configMaps, configMapOf('default', `in-a-row-${n}`));
  // A second one, when a request starts before the answer to the last has been wholly taken off the first.
  expect(proxy.opened()).toBeLessThanOrEqual(2);
}, 30_000);

test('64 creates at once open no more connections than allowed, and each is used again', async () => {
  const client = await clientThroughProxy(8);
  for (const round of ['a', 'b', 'c']) {
    const creates = Array.from({ length: 64 }, (_, n) =>
      client.create(configMaps, configMapOf('default', `at-once-${round}-${n}`)),
    );
    await Promise.all(creates);
  }
  expect(proxy.most()).toBeLessThanOrEqual(8);
  expect(proxy.opened()).toBeLessThanOrEqual(8);
});

test('refusals give their connection back too', async () => {
  const client = await clientThroughProxy(2);
  const gets = Array.from({ length: 50 }, (_, n) =>
    client.get(configMaps, { namespace: 'default', name: `absent-${n}` }).catch(() => undefined),
  );
  await Promise.all(gets);
  await client.create(configMaps, configMapOf('default', 'after-refusals'));
  expect(proxy.opened()).toBeLessThanOrEqual(2);
});

test('a watch that is ended gives its connection up, so that two are enough for ten of them', async () => {
  const client = await clientThroughProxy(2);
  for (let n = 0; n < 10; n += 1) {
    const ending = new AbortController();
    const query = { watch: true, resourceVersion: '0' };
    const path = '/api/v1/namespaces/default/configmaps';
    const stream = await client.stream({ method: 'GET', path, query, signal: ending.signal });
    await client.get(configMaps, { namespace: 'default', name: 'kube-root-ca.crt' }).catch(() => undefined);
    ending.abort();
    await expect(collect(stream.body)).rejects.toThrow();
  }
  expect(proxy.most()).toBeLessThanOrEqual(2);
});
