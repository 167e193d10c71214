import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { jobSinkResource } from '@event-sinks/crds';
import { leases } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import {
  condition,
  jobSinkSpec,
  startBareCluster,
  startCluster,
  systemNamespace,
  type Cluster,
} from './cluster.ts';
import { startController, type Controller } from './controller.ts';

let cluster: Cluster;
const controllers: Controller[] = [];

beforeAll(async () => {
  cluster = await startCluster();
}, 120_000);

afterEach(async () => {
  for (const controller of controllers.splice(0)) await controller.stop();
});

afterAll(() => cluster.close());

async function start(identity: string, env: Readonly<Record<string, string>> = {}): Promise<Controller> {
  const controller = await startController(cluster.server.kubeconfig, identity, env);
  controllers.push(controller);
  return controller;
}

const holder = async (): Promise<string> => {
  const target = { namespace: systemNamespace, name: 'event-sinks-controller' };
  return (await cluster.client.get(leases, target)).spec?.holderIdentity ?? '';
};

const create = async (name: string): Promise<void> => {
  await cluster.create(jobSinkResource, name, jobSinkSpec);
};

const isWritten = async (name: string): Promise<void> => {
  const sink = await cluster.read(jobSinkResource, name);
  expect(condition(sink, 'Ready')).toMatchObject({ status: 'False', reason: 'NoReadyPods' });
};

test('of two controllers one writes; the other takes over at once when it stops, without waiting for the lease to expire', async () => {
  const first = await start('first');
  await eventually(async () => {
    expect(await holder()).toBe('first');
  });
  const second = await start('second');
  await create('one');
  await eventually(() => isWritten('one'));
  await eventually(async () => {
    expect(await second.readyz()).toBe(200);
  });
  await first.morePasses('jobsink', 3);
  expect(await second.passes('jobsink')).toBe(0);
  expect(await holder()).toBe('first');

  await first.stop();
  controllers.splice(controllers.indexOf(first), 1);
  await create('two');
  // The lease would last for 15 s more.
  await eventually(
    async () => {
      await isWritten('two');
      expect(await holder()).toBe('second');
    },
    { timeoutMs: 3_000 },
  );
});

test('a leader that was paused writes nothing more, also before it has noticed', async () => {
  // So seldom does it look after its lease that the passes come first.
  const controller = await start('paused', { LEASE_RETRY_PERIOD: '9s' });
  await create('before');
  await eventually(() => isWritten('before'), { timeoutMs: 20_000 });
  controller.time.jumpMonotonic(11_000);
  await create('after');
  await eventually(async () => {
    expect(await controller.passes('jobsink', 'error')).toBeGreaterThan(0);
  });
  expect((await cluster.read(jobSinkResource, 'after')).status).toBeUndefined();
  // It notices, competes again like anybody, and goes on.
  await eventually(() => isWritten('after'), { timeoutMs: 30_000 });
});

test('a controller whose CRDs are missing ends in good order, and gives the lease back', async () => {
  const bare = await startBareCluster();
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const env = {
    KUBECONFIG: bare.server.kubeconfig,
    METRICS_PORT: '0',
    POD_NAME: 'early',
    LOG_LEVEL: 'error',
  };
  const child = spawn(process.execPath, [main], { env, stdio: 'inherit' });
  const ended = once(child, 'exit');
  try {
    const target = { namespace: systemNamespace, name: 'event-sinks-controller' };
    const holderNow = async () => (await bare.client.get(leases, target)).spec?.holderIdentity ?? '';
    await eventually(async () => {
      expect(await holderNow()).toMatch(/^early_/);
    });
    child.kill('SIGTERM');
    // The grace period, after which the process would end anyway, is longer.
    await eventually(
      () => {
        expect(child.exitCode).toBe(0);
      },
      { timeoutMs: 5_000 },
    );
    expect(await holderNow()).toBe('');
  } finally {
    child.kill('SIGKILL');
    await ended;
    await bare.close();
  }
});
