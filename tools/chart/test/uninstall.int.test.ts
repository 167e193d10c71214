import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type TestApiServer } from '@event-sinks/testing';
import { render, type Ended } from './support/chart.ts';
import { install, startChartServer } from './support/cluster.ts';
import { runUninstallHook, uninstallHook } from './support/hook-job.ts';

/*
 * Nothing runs on such a server: the hook's script runs here, with the token of its account. That Helm runs the hook, and
 * what is left in a whole cluster, is tried end to end.
 */

const finalizer = 'kafkasinks.eventing.knative.dev';

let server: TestApiServer;
beforeAll(async () => {
  server = await startChartServer();
  expect(await install(server)).toMatchObject({ code: 0 });
});
afterAll(() => server.close());

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

const runHook = (waitSeconds: number): Promise<Ended> =>
  runUninstallHook(server, { 'crds.keep': false }, { WAIT_SECONDS: `${waitSeconds}` });

describe('the hook before an uninstallation that takes the definitions along', () => {
  test.each([
    ['there are no KafkaSinks', { 'crds.keep': false, 'kafkaSink.enabled': false }],
    ['no controller ever held a sink', { 'crds.keep': false, 'controller.enabled': false }],
  ])('is not there where %s', async (_name, values) => {
    const names = [...(await render(values, { hooks: true })).keys()];
    expect(names.filter((name) => name.includes(uninstallHook))).toEqual([]);
  });

  test.each([
    ['the definitions are kept', {}],
    ['they are somebody else’s', { 'crds.keep': false, 'crds.enabled': false }],
  ])('leaves the sinks alone where %s', async (_name, values) => {
    const hooks = [...(await render(values, { hooks: true })).values()].flatMap(
      ({ metadata }) => metadata.annotations?.['helm.sh/hook'] ?? [],
    );
    expect(hooks).not.toContain('pre-delete');
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
