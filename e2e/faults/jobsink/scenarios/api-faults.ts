import { setTimeout as sleep } from 'node:timers/promises';
import type { ScenarioReport } from '../report.ts';
import { apiFaultList, type ApiFault } from '../api-fault-list.ts';
import { Dispatcher } from '../dispatcher.ts';
import { eventFor } from '../events.ts';
import { recoveryLimitMs, recoveryOf } from '../recovery.ts';
import { Sender } from '../sender.ts';
import type { Setting } from '../setting.ts';
import { judge } from '../truth.ts';

const namespace = 'api-faults';
const sink = 'steady';
const workers = 6;
const pauseMs = 20;

/** How long the two kinds of recovery took, in milliseconds. */
interface Recovery {
  /** Until an event for a known JobSink is taken again. */
  readonly events: number;
  /** Until a JobSink that was made during the fault is served. */
  readonly sinks: number;
}

/**
 * Each fault of the API holds for a while under load, for both dispatchers, and must be forgotten soon after it
 * is over. Every event goes to both, so that the way of a redelivery is walked all the time.
 */
export async function apiFaults(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const { deadlineMs } = setting.sizes.apiFaults;
  await setting.sinks(namespace, [sink]);
  const env = { REQUEST_DEADLINE: `${deadlineMs}ms` };
  const names = ['api-faults-a', 'api-faults-b'];
  const dispatchers = await Promise.all(names.map((name) => Dispatcher.start(setting, name, env)));
  const sender = new Sender({ ledger: setting.ledger, timeoutMs: deadlineMs + 2_000, retries: 80 });
  const load = startLoad(sender, dispatchers);
  const problems: string[] = [];
  let faults = 0;
  let slowest: Recovery = { events: 0, sinks: 0 };
  try {
    for (const [index, fault] of apiFaultList.entries()) {
      faults += await inject(setting, dispatchers, { fault, lateSink: `late-${index}` });
      const recovery = await recoveryFrom(sender, dispatchers, `late-${index}`);
      setting.tell(`api-faults: ${fault.name}: recovered in ${recovery.events} and ${recovery.sinks} ms`);
      slowest = {
        events: Math.max(slowest.events, recovery.events),
        sinks: Math.max(slowest.sinks, recovery.sinks),
      };
      problems.push(...tooSlow(fault, recovery));
    }
  } finally {
    await load.stop();
    sender.close();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  }
  if (load.givenUp() > 0) problems.push(`${load.givenUp()} events were given up`);
  const verdict = await judge(setting.server, namespace, setting.ledger.sent);
  const { ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, phantoms, unackedStored } = verdict;
  return {
    ...{ ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, faults, problems },
    events: load.sent(),
    ...{ resets: 0, non2xx: 0, serverErrors: 0 },
    details: {
      kinds: apiFaultList.length,
      slowestRecoveryMs: slowest.events,
      slowestNewSinkMs: slowest.sinks,
      ...{ phantoms, unackedStored },
    },
  };
}

/** Resolves with how many calls were spoiled. */
async function inject(
  setting: Setting,
  dispatchers: readonly Dispatcher[],
  { fault, lateSink }: { fault: ApiFault; lateSink: string },
): Promise<number> {
  const { windowMs, outageMs } = setting.sizes.apiFaults;
  await setting.ledger.fault(fault.name, 'begin');
  const rules = dispatchers.flatMap(({ proxy }) => fault.rules.map((rule) => proxy.add(rule)));
  const broken = dispatchers.map((dispatcher) => fault.begin?.(dispatcher) ?? 0);
  const until = performance.now() + (fault.long === true ? outageMs : windowMs);
  const manifest = { apiVersion: 'sinks.knative.dev/v1alpha1', kind: 'JobSink' };
  const steady = await setting.server.kubectl(['get', 'jobsink', sink, '-n', namespace, '-o', 'json']);
  const { spec } = JSON.parse(steady) as { spec: object };
  const late = JSON.stringify({ ...manifest, metadata: { name: lateSink, namespace }, spec });
  await setting.server.kubectl(['create', '-f', '-'], late);
  await sleep(Math.max(0, until - performance.now()));
  for (const rule of rules) rule.lift();
  await setting.ledger.fault(fault.name, 'end');
  return [...rules.map((rule) => rule.fired()), ...broken].reduce((sum, count) => sum + count, 0);
}

function tooSlow({ name }: ApiFault, recovery: Recovery): string[] {
  return Object.entries(recovery).flatMap(([what, ms]: [string, number]) =>
    ms > recoveryLimitMs ? [`${name}: ${what} recovered after ${ms} ms`] : [],
  );
}

async function recoveryFrom(
  sender: Sender,
  dispatchers: readonly Dispatcher[],
  lateSink: string,
): Promise<Recovery> {
  const slowestOf = async (name: string): Promise<number> =>
    Math.max(
      ...(await Promise.all(
        dispatchers.map(({ url }) => recoveryOf(sender, url, { namespace, sink: name })),
      )),
    );
  const [events, sinks] = await Promise.all([slowestOf(sink), slowestOf(lateSink)]);
  return { events, sinks };
}

function startLoad(sender: Sender, dispatchers: readonly Dispatcher[]) {
  let running = true;
  let sent = 0;
  let givenUp = 0;
  const send = async (): Promise<void> => {
    while (running) {
      const event = eventFor(namespace, sink, String((sent += 1)));
      const copies = dispatchers.map(({ url }) => sender.deliver(event, () => url));
      const delivered = await Promise.all(copies);
      givenUp += delivered.filter(({ acked }) => !acked).length;
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: workers }, send));
  return {
    sent: () => sent,
    givenUp: () => givenUp,
    async stop() {
      running = false;
      await all;
    },
  };
}
