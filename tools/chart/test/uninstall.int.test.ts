import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, type TestApiServer } from '@event-sinks/testing';
import { stringify } from 'yaml';
import { render, type RenderedContainer } from './support/chart.ts';
import { install, startChartServer, system } from './support/cluster.ts';

/*
 * Nothing runs on such a server: the hook's script runs here, with the token of its account. That Helm runs the hook, and
 * what is left in a whole cluster, is tried end to end.
 */

const finalizer = 'kafkasinks.eventing.knative.dev';
const hook = 'event-sinks-uninstall';

let server: TestApiServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'event-sinks-uninstall-'));
  server = await startChartServer();
  expect(await install(server)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

async function makeSink(name: string, finalizers: readonly string[]): Promise<void> {
  const sink = {
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name, namespace: 'default', finalizers },
    spec: { topic: `topic-of-${name}`, bootstrapServers: ['kafka:9092'] },
  };
  await server.kubectl(['create', '-f', '-'], JSON.stringify(sink));
}

const sinks = async (): Promise<string[]> =>
  (await server.kubectl(['get', 'kafkasinks', '-o', 'name'])).split('\n').filter((name) => name !== '');

/** Takes the finalizer away as the controller does when a topic is gone, as soon as the sink is deleted. */
async function letGoOf(name: string): Promise<void> {
  await eventually(async () => {
    const stamp = await server.kubectl([
      'get',
      'kafkasink',
      name,
      '-o',
      'jsonpath={.metadata.deletionTimestamp}',
    ]);
    expect(stamp).not.toBe('');
  });
  const patch = ['patch', 'kafkasink', name, '--type=merge', '-p', '{"metadata":{"finalizers":null}}'];
  await server.kubectl(patch);
}

/** What the Job of the hook runs, with the rights that the hook gives it. */
async function runHook(waitSeconds: number): Promise<{ code: number; stdout: string; stderr: string }> {
  const objects = await render({ 'crds.keep': false }, { hooks: true });
  for (const kind of ['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding'])
    await server.kubectl(['apply', '-f', '-'], stringify(objects.get(`${kind}/${hook}`)));
  const [container] = objects.get(`Job/${hook}`)?.spec.template.spec.containers ?? [];
  const { args = [], env = [] } = container ?? ({} as Partial<RenderedContainer>);
  const token = await server.kubectl(['create', 'token', hook, '-n', system]);
  const { clusters } = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }];
  };
  const [tokenFile, caFile] = [join(folder, 'token'), join(folder, 'ca.crt')];
  writeFileSync(tokenFile, token);
  writeFileSync(caFile, Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64'));
  const { hostname, port } = new URL(server.url);
  const environment = {
    ...Object.fromEntries(env.map(({ name, value }) => [name, value])),
    ...{ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    ...{ TOKEN_FILE: tokenFile, NODE_EXTRA_CA_CERTS: caFile, WAIT_SECONDS: `${waitSeconds}` },
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, [...args], { env: environment }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr });
    });
  });
}

describe('the hook before an uninstallation that takes the definitions along', () => {
  test.each([
    ['the definitions are kept', {}],
    ['they are somebody else’s', { 'crds.keep': false, 'crds.enabled': false }],
    ['there are no KafkaSinks', { 'crds.keep': false, 'kafkaSink.enabled': false }],
    ['no controller ever held a sink', { 'crds.keep': false, 'controller.enabled': false }],
  ])('is not there where %s', async (_name, values) => {
    expect([...(await render(values, { hooks: true })).keys()].filter((name) => name.includes(hook))).toEqual(
      [],
    );
  });

  test('does nothing where no sink is held', async () => {
    await makeSink('free', []);
    const { code, stdout } = await runHook(1);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'No KafkaSink is held any more\n' });
    expect(await sinks()).toEqual(['kafkasink.eventing.knative.dev/free']);
  });

  test('deletes the sinks that are held and waits for the controller', async () => {
    await makeSink('held', [finalizer]);
    const [{ code, stdout }] = await Promise.all([runHook(30), letGoOf('held')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Deleting \S+\/held and the topic/);
    expect(stdout).not.toContain('is kept');
    expect(await sinks()).toEqual(['kafkasink.eventing.knative.dev/free']);
  });

  test('lets go of them itself where no controller does, and says which topic is kept', async () => {
    await makeSink('stuck', [finalizer]);
    const { code, stdout } = await runHook(1);
    expect(code).toBe(0);
    expect(stdout).toContain('/stuck; its topic topic-of-stuck is kept');
    expect(await sinks()).toEqual(['kafkasink.eventing.knative.dev/free']);
  });

  test('leaves the finalizers of others alone, which then have to let go', async () => {
    await makeSink('shared', [finalizer, 'example.com/other']);
    expect(await runHook(1)).toMatchObject({ code: 0 });
    const left = ['get', 'kafkasink', 'shared', '-o', 'jsonpath={.metadata.finalizers}'];
    expect(await server.kubectl(left)).toBe('["example.com/other"]');
  });
});
