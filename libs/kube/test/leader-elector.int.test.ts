import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually, recordingLogger, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { systemClock } from '@event-sinks/runtime';
import {
  createLeaseElector,
  leases,
  loadKubeClient,
  NotLeaderError,
  type KubeClient,
  type LeaseElector,
} from '../src/index.ts';

const durations = { leaseDurationMs: 3_000, renewDeadlineMs: 2_000, retryPeriodMs: 200 };

let server: TestApiServer;
let client: KubeClient;
let running: LeaseElector[] = [];

beforeAll(async () => {
  server = await startTestApiServer();
  client = loadKubeClient({ kubeconfig: server.kubeconfig, userAgent: 'kube-test' });
}, 120_000);

afterAll(() => server.close());

afterEach(async () => {
  await Promise.all(running.map((elector) => elector.stop()));
  running = [];
});

interface Candidate {
  readonly elector: LeaseElector;
  readonly log: string[];
  /** Cuts the candidate off, as a SIGKILL or a dead node does: nothing it sends arrives any more. */
  kill(): void;
}

function candidate(name: string, identity: string): Candidate {
  const log: string[] = [];
  let dead = false;
  const alive = <T>(call: () => Promise<T>): Promise<T> =>
    dead ? Promise.reject(new Error('killed')) : call();
  const elector = createLeaseElector({
    client: {
      get: (resource, target, options) => alive(() => client.get(resource, target, options)),
      create: (resource, body, options) => alive(() => client.create(resource, body, options)),
      replace: (resource, body, options) => alive(() => client.replace(resource, body, options)),
    },
    namespace: 'default',
    name,
    identity,
    clock: systemClock,
    logger: recordingLogger(),
    onStartedLeading: () => log.push('started'),
    onStoppedLeading: () => log.push('stopped'),
    ...durations,
  });
  running.push(elector);
  elector.start();
  return {
    elector,
    log,
    kill: () => {
      dead = true;
    },
  };
}

async function leads({ elector }: Candidate): Promise<void> {
  await eventually(() => {
    expect(elector.isLeader()).toBe(true);
  });
}

const holderOf = async (name: string): Promise<string | undefined> =>
  (await client.get(leases, { namespace: 'default', name })).spec?.holderIdentity;

test('of five that start together one leads, and the lease names it', async () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((identity) => candidate('five', identity));
  const leaders = await eventually(() => {
    const found = five.filter(({ elector }) => elector.isLeader());
    expect(found).toHaveLength(1);
    return found;
  });
  const index = five.indexOf(leaders[0]!);
  expect(await holderOf('five')).toBe('abcde'[index]);
  for (const [n, { elector }] of five.entries()) {
    if (n !== index)
      expect(() => {
        elector.fence();
      }).toThrow(NotLeaderError);
  }
  // Every other has looked at the lease at least once more when it has been renewed.
  const before = (await client.get(leases, { namespace: 'default', name: 'five' })).spec?.renewTime;
  await eventually(async () => {
    expect((await client.get(leases, { namespace: 'default', name: 'five' })).spec?.renewTime).not.toBe(
      before,
    );
  });
  expect(five.filter(({ elector }) => elector.isLeader())).toEqual(leaders);
});

test('one that is stopped hands over at once', async () => {
  const a = candidate('handover', 'a');
  await leads(a);
  const b = candidate('handover', 'b');
  const at = performance.now();
  await a.elector.stop();
  expect([a.elector.isLeader(), a.log]).toEqual([false, ['started', 'stopped']]);
  await leads(b);
  expect(performance.now() - at).toBeLessThan(durations.leaseDurationMs / 2);
  expect(await holderOf('handover')).toBe('b');
  const { spec } = await client.get(leases, { namespace: 'default', name: 'handover' });
  expect(spec).toMatchObject({ leaseTransitions: 1, leaseDurationSeconds: 3 });
});

test('one that is killed is succeeded once its lease has run out, and says no before that', async () => {
  const a = candidate('killed', 'a');
  await leads(a);
  const b = candidate('killed', 'b');
  a.kill();
  const at = performance.now();
  let both = false;
  await eventually(
    () => {
      both ||= a.elector.isLeader() && b.elector.isLeader();
      expect(b.elector.isLeader()).toBe(true);
    },
    { intervalMs: 5 },
  );
  expect(both).toBe(false);
  // The lease may have been renewed just before, and is looked at once in each retry period.
  expect(performance.now() - at).toBeLessThan(durations.leaseDurationMs + 5 * durations.retryPeriodMs);
  expect([a.elector.isLeader(), a.log]).toEqual([false, ['started', 'stopped']]);
  expect(await holderOf('killed')).toBe('b');
});

test('a leader without an API server stops, and leads again when it is back', async () => {
  const a = candidate('outage', 'a');
  await leads(a);
  await server.pause();
  await eventually(() => {
    expect([a.elector.isLeader(), a.log]).toEqual([false, ['started', 'stopped']]);
  });
  await server.resume();
  await leads(a);
  expect(a.log).toEqual(['started', 'stopped', 'started']);
}, 60_000);

test('a lease that somebody else writes is left to them', async () => {
  const a = candidate('stolen', 'a');
  await leads(a);
  await eventually(async () => {
    const lease = await client.get(leases, { namespace: 'default', name: 'stolen' });
    await client.replace(leases, {
      ...lease,
      spec: { ...lease.spec, holderIdentity: 'thief', leaseDurationSeconds: 60 },
    });
  });
  await eventually(() => {
    expect(a.log).toEqual(['started', 'stopped']);
  });
  await a.elector.stop();
  expect(await holderOf('stolen')).toBe('thief');
});
