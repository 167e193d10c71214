import { afterEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { render, type RenderedPod } from './support/chart.ts';

const path = '/knative-eventing/event-sinks-helm-test';
const jobSink = `http://job-sink.knative-eventing.svc.cluster.local${path}`;
const kafkaSink = `http://kafka-sink-ingress.knative-eventing.svc.cluster.local${path}`;

async function testPod(values: Readonly<Record<string, string | boolean>>): Promise<RenderedPod | undefined> {
  const objects = await render(values, { hooks: true });
  return objects.get('Pod/event-sinks-helm-test')?.spec as RenderedPod | undefined;
}

describe('the pod of helm test', () => {
  const brokers = { 'tests.bootstrapServers[0]': 'kafka:9092' };
  test.each([
    ['tries JobSink where no broker is named', {}, jobSink],
    ['tries both where one is', brokers, `${jobSink} ${kafkaSink}`],
    ['tries KafkaSink alone', { ...brokers, 'jobSink.enabled': false }, kafkaSink],
  ])('%s', async (_name, values, targets) => {
    const pod = await testPod(values);
    expect(pod?.containers[0].env).toContainEqual({ name: 'TARGETS', value: targets });
    expect(pod?.automountServiceAccountToken).toBe(false);
  });

  test('is not there where nothing can be tried', async () => {
    expect(await testPod({ 'jobSink.enabled': false })).toBeUndefined();
  });
});

describe('the pod of a hook', () => {
  const restricted = {
    'tests.resources.limits.cpu': '100m',
    'tests.nodeSelector.pool': 'tests',
    'tests.priorityClassName': 'low',
    'jobSink.tolerations[0].key': 'events',
    'uninstallHook.resources.limits.cpu': '200m',
    'uninstallHook.tolerations[0].key': 'hooks',
    'controller.nodeSelector.pool': 'control',
    'controller.tolerations[0].key': 'control',
    'crds.keep': false,
  };

  test.each([
    [
      'Pod/event-sinks-helm-test',
      { nodeSelector: { pool: 'tests' }, tolerations: [{ key: 'events' }], priorityClassName: 'low' },
      '100m',
    ],
    [
      'Job/event-sinks-uninstall',
      { nodeSelector: { pool: 'control' }, tolerations: [{ key: 'hooks' }] },
      '200m',
    ],
  ])('%s runs where its values say, or else its component’s', async (name, scheduling, cpu) => {
    const object = (await render(restricted, { hooks: true })).get(name);
    const pod = name.startsWith('Pod/') ? object?.spec : object?.spec.template.spec;
    expect(pod).toMatchObject(scheduling);
    const [{ resources }] = (pod as unknown as { containers: [{ resources: object }] }).containers;
    expect(resources).toEqual({
      requests: { cpu: '10m', memory: '64Mi' },
      limits: { cpu, memory: '128Mi' },
    });
  });
});

describe('what it runs', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.close();
  });

  /** A sink that answers with these statuses in turn, the last one for ever. */
  async function sink(statuses: number[], seen: IncomingHttpHeaders[] = []): Promise<string> {
    server = createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 500, {
        reason: 'SinkNotFound',
      });
      response.end();
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  async function run(targets: string): Promise<{ code: number; stdout: string }> {
    const pod = await testPod({});
    const env = { TARGETS: targets, TIMEOUT_SECONDS: '1' };
    return await new Promise((resolve) => {
      execFile(process.execPath, [...(pod?.containers[0].args ?? [])], { env }, (error, stdout) => {
        resolve({ code: error === null ? 0 : 1, stdout });
      });
    });
  }

  test('sends one event until it is taken', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const target = await sink([404, 202], seen);
    expect(await run(target)).toEqual({ code: 0, stdout: `${target}: 202 SinkNotFound\n` });
    expect(new Set(seen.map((headers) => headers['ce-id'])).size).toBe(1);
    expect(seen).toHaveLength(2);
  });

  test('fails with the last answer where it never is', async () => {
    const target = await sink([404]);
    expect(await run(target)).toEqual({ code: 1, stdout: `${target}: 404 SinkNotFound\n` });
  });

  test('fails with the cause where nobody listens', async () => {
    const target = await sink([202]);
    server?.close();
    const { code, stdout } = await run(target);
    expect(code).toBe(1);
    expect(stdout).toContain('ECONNREFUSED');
  });
});
