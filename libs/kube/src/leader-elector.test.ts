import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FakeTime, recordingLogger, settle, type ProcessClock } from '@event-sinks/testing';
import { LeaseServer } from '../test/lease-server.ts';
import { createLeaseElector, NotLeaderError, type LeaseElector, type LeaseElectorOptions } from './index.ts';

interface Candidate {
  readonly elector: LeaseElector;
  readonly clock: ProcessClock;
  readonly link: { up: boolean; commitThenDrop?: boolean };
  /** What happened to the work, in order. */
  readonly log: string[];
}

class World {
  readonly time = new FakeTime();
  readonly server = new LeaseServer();

  candidate(identity: string, options: Partial<LeaseElectorOptions> = {}): Candidate {
    const clock = this.time.clock();
    const link = { up: true };
    const log: string[] = [];
    const elector = createLeaseElector({
      client: this.server.client(link),
      namespace: 'ns',
      name: 'lease',
      identity,
      clock,
      logger: recordingLogger(),
      onStartedLeading: (signal) => {
        log.push('started');
        signal.addEventListener('abort', () => log.push('aborted'));
      },
      onStoppedLeading: () => log.push('stopped'),
      ...options,
    });
    elector.start();
    return { elector, clock, link, log };
  }

  async leaderAndStandby(
    options: Partial<LeaseElectorOptions> = {},
  ): Promise<{ a: Candidate; b: Candidate }> {
    const a = this.candidate('a', options);
    await this.time.advance(0);
    const b = this.candidate('b');
    await this.time.advance(10_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([true, false]);
    return { a, b };
  }
}

describe('taking the lease', () => {
  test('the first candidate leads at once, and the lease says so', async () => {
    const world = new World();
    const { elector, log } = world.candidate('a');
    expect(elector.isLeader()).toBe(false);
    await world.time.advance(0);
    expect(elector.isLeader()).toBe(true);
    expect(log).toEqual(['started']);
    expect(world.server.lease?.spec).toMatchObject({
      holderIdentity: 'a',
      leaseDurationSeconds: 15,
      leaseTransitions: 0,
    });
    expect(world.server.lease?.spec?.renewTime).toMatch(/\.\d{6}Z$/);
  });

  test('of two that start together one leads', async () => {
    const world = new World();
    const candidates = [world.candidate('a'), world.candidate('b')];
    await world.time.advance(60_000);
    expect(candidates.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
  });

  test('a leader that renews is not replaced', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    await world.time.advance(600_000);
    expect([a.log, b.log]).toEqual([['started'], []]);
  });

  test('a clock that differs by an hour changes nothing', async () => {
    const world = new World();
    const { b } = await world.leaderAndStandby();
    const renewTime = '2001-01-01T00:00:00.000000Z';
    world.server.lease = { ...world.server.lease!, spec: { ...world.server.lease!.spec, renewTime } };
    await world.time.advance(10_000);
    expect(b.elector.isLeader()).toBe(false);
  });
});

describe('takeover', () => {
  test('not before the lease has been silent for its duration, but then', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    a.clock.freeze();
    await world.time.advance(12_900);
    expect(b.elector.isLeader()).toBe(false);
    await world.time.advance(6_000);
    expect(b.elector.isLeader()).toBe(true);
    expect(world.server.lease?.spec?.leaseTransitions).toBe(1);
  });

  test('a leader that cannot reach the server stops by itself before another begins', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    a.link.up = false;
    for (let second = 0; second < 30; second += 1) {
      await world.time.advance(1_000);
      expect(a.elector.isLeader() && b.elector.isLeader()).toBe(false);
      if (b.elector.isLeader()) expect(a.log).toEqual(['started', 'aborted', 'stopped']);
    }
    expect(b.elector.isLeader()).toBe(true);
  });

  test('a leader that sees another name in the lease stops at once', async () => {
    const world = new World();
    const { a } = await world.leaderAndStandby();
    world.server.lease = {
      ...world.server.lease!,
      spec: { ...world.server.lease!.spec, holderIdentity: 'c' },
    };
    await world.time.advance(2_000);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.log).toEqual(['started', 'aborted', 'stopped']);
  });
});

describe('a leader that is paused', () => {
  test('is none when it wakes after the deadline, before any timer of it has run', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    a.clock.freeze();
    await world.time.advance(60_000);
    expect(a.log).toEqual(['started']);
    expect(a.elector.isLeader()).toBe(false);
    expect(() => {
      a.elector.fence();
    }).toThrow(NotLeaderError);
    expect(b.elector.isLeader()).toBe(true);

    a.clock.thaw();
    await world.time.advance(0);
    expect(a.log).toEqual(['started', 'aborted', 'stopped']);
    await world.time.advance(60_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([false, true]);
  });

  test('goes on when the pause was short', async () => {
    const world = new World();
    const { a } = await world.leaderAndStandby();
    a.clock.freeze();
    await world.time.advance(7_000);
    a.clock.thaw();
    await world.time.advance(30_000);
    expect(a.log).toEqual(['started']);
    expect(() => {
      a.elector.fence();
    }).not.toThrow();
  });
});

describe('stopping', () => {
  test('gives the lease back, and the next leader starts at its next look', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    await a.elector.stop();
    expect(a.log).toEqual(['started', 'aborted', 'stopped']);
    expect(world.server.holder).toBe('');
    await world.time.advance(2_000);
    expect(b.elector.isLeader()).toBe(true);
  });

  test('keeps the lease until the work has ended, though writes are refused from the start', async () => {
    const world = new World();
    const work = Promise.withResolvers<undefined>();
    const { a, b } = await world.leaderAndStandby({ onStartedLeading: () => work.promise });
    const stopping = a.elector.stop();
    expect(a.elector.isLeader()).toBe(false);
    await world.time.advance(4_000);
    expect([world.server.holder, b.elector.isLeader()]).toEqual(['a', false]);
    work.resolve(undefined);
    await stopping;
    expect(world.server.holder).toBe('');
  });

  test('leaves a lease alone that belongs to another', async () => {
    const world = new World();
    const { a, b } = await world.leaderAndStandby();
    await b.elector.stop();
    expect(world.server.holder).toBe('a');
    expect(a.elector.isLeader()).toBe(true);
  });

  test('ends also when the server is gone', async () => {
    const world = new World();
    const { a } = await world.leaderAndStandby();
    a.link.up = false;
    await a.elector.stop();
    expect(a.elector.isLeader()).toBe(false);
  });
});

test('work that fails is no reason to lose the lease, nor is a callback that throws', async () => {
  const world = new World();
  const { elector } = world.candidate('a', {
    onStartedLeading: () => Promise.reject(new Error('work')),
    onStoppedLeading: () => {
      throw new Error('stop');
    },
  });
  await world.time.advance(30_000);
  expect(elector.isLeader()).toBe(true);
  await elector.stop();
  expect(world.server.holder).toBe('');
});

test('durations out of order are refused', () => {
  const world = new World();
  expect(() => world.candidate('a', { renewDeadlineMs: 15_000 })).toThrow(RangeError);
});

test('whatever happens to three candidates, two never lead at once, and in the end one does', async () => {
  const who = fc.integer({ min: 0, max: 2 });
  const step = fc.oneof(
    fc.record({
      act: fc.constantFrom('freeze' as const, 'thaw' as const, 'cut' as const, 'mend' as const),
      who,
    }),
    fc.record({ act: fc.constant('lose answers' as const), who }),
    fc.record({ act: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 20 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const world = new World();
      const all = [world.candidate('a'), world.candidate('b'), world.candidate('c')];
      const leaders = (): number => all.filter(({ elector }) => elector.isLeader()).length;
      const pass = async (seconds: number): Promise<void> => {
        for (let half = 0; half < seconds * 2; half += 1) {
          await world.time.advance(500);
          expect(leaders()).toBeLessThanOrEqual(1);
        }
      };
      const acts = {
        freeze: ({ clock }: Candidate) => {
          clock.freeze();
        },
        thaw: ({ clock }: Candidate) => {
          clock.thaw();
        },
        cut: ({ link }: Candidate) => Object.assign(link, { up: false, commitThenDrop: false }),
        'lose answers': ({ link }: Candidate) => Object.assign(link, { up: false, commitThenDrop: true }),
        mend: ({ link }: Candidate) => Object.assign(link, { up: true }),
      };
      for (const step of steps) {
        if (step.act === 'wait') await pass(step.seconds);
        else acts[step.act](all[step.who]!);
        expect(leaders()).toBeLessThanOrEqual(1);
      }
      for (const candidate of all) {
        acts.thaw(candidate);
        acts.mend(candidate);
      }
      await pass(40);
      expect(leaders()).toBe(1);
      await Promise.all(all.map(({ elector }) => elector.stop()));
      await settle();
      expect(world.server.holder).toBe('');
    }),
    { numRuns: 40 },
  );
}, 30_000);
