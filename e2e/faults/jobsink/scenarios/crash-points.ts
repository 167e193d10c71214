import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioReport } from '../report.ts';
import { layAmbush, type Ambush } from '../ambush.ts';
import { allCrashPoints, isFleeting, type CrashPoint } from '../crash-points.ts';
import { Dispatcher } from '../dispatcher.ts';
import { eventFor } from '../events.ts';
import { recoveryLimitMs, recoveryOf } from '../recovery.ts';
import { Sender, type Delivery } from '../sender.ts';
import type { Setting } from '../setting.ts';
import { judge } from '../truth.ts';

const namespace = 'crash';
const probeSink = 'probe';
const signals = ['SIGKILL', 'SIGTERM', 'SIGSTOP'] as const;
type Signal = (typeof signals)[number];

/** A signal for a dispatcher that has one event at each of these points. */
interface Strike {
  readonly signal: Signal;
  readonly round: number;
  readonly points: readonly CrashPoint[];
}

interface Battle {
  readonly setting: Setting;
  /** The one that is struck. */
  readonly victim: Dispatcher;
  /** The other replica, which the sender's retries reach as well. */
  readonly other: Dispatcher;
  readonly sender: Sender;
  readonly problems: string[];
  readonly recoveries: number[];
}

/**
 * Every point of the way of an event, times three signals. The sender tries again meanwhile, at either of two
 * replicas; the victim is started again when it has ended, as a Deployment does.
 */
export async function crashPoints(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const strikes = plan(setting.sizes.crashPoints);
  const sinks = strikes.flatMap((strike) => strike.points.map((point) => sinkFor(strike, point)));
  await setting.sinks(namespace, [probeSink, ...sinks]);
  const start = (name: string): Promise<Dispatcher> =>
    Dispatcher.start(setting, name, { DRAIN_DELAY: '300ms' });
  const [victim, other] = await Promise.all([start('crash-victim'), start('crash-other')]);
  const sender = new Sender({ ledger: setting.ledger, timeoutMs: 5_000, retries: 60 });
  const battle: Battle = { setting, victim, other, sender, problems: [], recoveries: [] };
  let resets = 0;
  let done = 0;
  try {
    for (const strike of strikes) {
      resets += await carryOut(battle, strike);
      done += strike.points.length;
      setting.tell(`crash-points: ${done} of ${sinks.length}, ${strike.signal}`);
    }
  } finally {
    sender.close();
    await Promise.all([victim.stop(), other.stop()]);
  }
  const verdict = await judge(setting.server, namespace, setting.ledger.sent);
  const { ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, phantoms, unackedStored } = verdict;
  return {
    ...{ ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, resets },
    faults: sinks.length,
    events: sinks.length,
    non2xx: 0,
    serverErrors: 0,
    problems: battle.problems,
    details: {
      points: allCrashPoints.length,
      signalsSent: strikes.length,
      slowestRecoveryMs: Math.max(...battle.recoveries),
      ...{ phantoms, unackedStored },
    },
  };
}

function plan({ rounds, pointsPerSignal }: Setting['sizes']['crashPoints']): Strike[] {
  const patient = allCrashPoints.filter((point) => !isFleeting(point));
  const fleeting = allCrashPoints.filter(isFleeting);
  return Array.from({ length: rounds }, (_, round) =>
    signals.flatMap((signal): Strike[] => {
      // A stopped process cannot run away: what is fleeting otherwise stands still, and one stop is enough.
      if (signal === 'SIGSTOP') return [{ signal, round, points: allCrashPoints }];
      const groups: CrashPoint[][] = fleeting.map((point) => [point]);
      for (let from = 0; from < patient.length; from += pointsPerSignal)
        groups.push(patient.slice(from, from + pointsPerSignal));
      return groups.map((points) => ({ signal, round, points }));
    }),
  ).flat();
}

function sinkFor({ signal, round }: Strike, point: CrashPoint): string {
  return `${signal.slice(3).toLowerCase()}-${allCrashPoints.indexOf(point)}-${round}`;
}

/** Resolves with how many connections broke although the signal was one that promises they do not. */
async function carryOut(battle: Battle, strike: Strike): Promise<number> {
  const { setting, victim, other } = battle;
  let struck = false;
  const route = (seq: number): string => (struck && seq % 2 === 0 ? other.url : victim.url);
  const prepared = strike.points.map((point) => prepare(battle, strike, point));
  const deliveries = prepared.map(({ ambush, sink }) =>
    battle.sender.deliver(eventFor(namespace, sink, '1'), route, () => ambush.hooks()),
  );
  const allThere = Promise.all(prepared.map(({ ambush }) => ambush.reached));
  const timeout = sleep(20_000, 'late' as const, { ref: false });
  if ((await Promise.race([allThere, timeout])) === 'late')
    battle.problems.push(`${strike.signal}: a point was not reached: ${namesOf(strike)}`);
  struck = true;
  victim.signal(strike.signal);
  for (const point of strike.points) await setting.ledger.fault(strike.signal, point.name);
  await finish(
    battle,
    strike,
    prepared.map(({ ambush }) => ambush),
  );
  const ended = await Promise.all(deliveries);
  for (const { ambush } of prepared) ambush.lift();
  return look(battle, strike, ended);
}

async function finish(battle: Battle, { signal }: Strike, ambushes: readonly Ambush[]): Promise<void> {
  const { victim, setting, sender, recoveries, problems } = battle;
  // What is told to end finishes first what it has begun; what is dead sees nothing of this.
  if (signal === 'SIGTERM') await sleep(50);
  for (const ambush of ambushes) ambush.release();
  if (signal === 'SIGSTOP') {
    await sleep(setting.sizes.crashPoints.stopMs);
    victim.signal('SIGCONT');
  } else {
    await victim.restarted();
  }
  const ms = await recoveryOf(sender, victim.url, { namespace, sink: probeSink });
  recoveries.push(ms);
  if (ms > recoveryLimitMs) problems.push(`${signal}: events were taken again after ${ms} ms`);
}

function look({ problems }: Battle, strike: Strike, ended: readonly Delivery[]): number {
  ended.forEach(({ acked }, index) => {
    if (!acked) problems.push(`${strike.signal} at ${strike.points[index]!.name}: the sender gave up`);
  });
  if (strike.signal !== 'SIGTERM') return 0;
  // The sender goes on asking a process that has ended, which no Service would send it to: that is no reset.
  const failures = ended.flatMap(({ outcomes }) => outcomes.map(({ failure }) => failure));
  return failures.filter((failure) => failure !== undefined && failure !== 'ECONNREFUSED').length;
}

function prepare({ victim }: Battle, strike: Strike, point: CrashPoint) {
  const sink = sinkFor(strike, point);
  return { sink, ambush: layAmbush(point, { proxy: victim.proxy, sink }) };
}

function namesOf({ points }: Strike): string {
  return points.map(({ name }) => name).join(', ');
}
