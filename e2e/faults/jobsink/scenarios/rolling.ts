import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@event-sinks/testing';
import { isAck } from '../../ledger.ts';
import type { ScenarioReport } from '../report.ts';
import { startBalancer, type Balancer } from '../balancer.ts';
import { Dispatcher } from '../dispatcher.ts';
import { eventFor } from '../events.ts';
import { Sender } from '../sender.ts';
import type { Setting } from '../setting.ts';
import { judge } from '../truth.ts';

const namespace = 'rolling';
const sink = 'always';
const replicas = 2;
/** Between the events of one sender: a load that never pauses, and leaves the machine to the restarts. */
const pauseMs = 20;

/**
 * Two replicas replaced again and again under load, each by a new one that is ready before the old one is told to
 * end, as a Deployment does. Nobody tries again: every answer but 202 and every broken connection counts.
 */
export async function rolling(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const { restarts, senders, drainDelayMs } = setting.sizes.rolling;
  await setting.sinks(namespace, [sink]);
  const balancer = await startBalancer(100);
  const start = (name: string): Promise<Dispatcher> => join(setting, balancer, name);
  const running = await Promise.all(
    Array.from({ length: replicas }, (_, index) => start(`rolling-${index}`)),
  );
  const load = startLoad(setting, balancer.url, senders);
  const exits: Promise<number | undefined>[] = [];
  try {
    await sleep(500);
    for (let restart = 0; restart < restarts; restart += 1) {
      for (let replica = 0; replica < replicas; replica += 1) {
        const old = running[replica]!;
        running[replica] = await start(`rolling-${restart}-${replica}`);
        await setting.ledger.fault('SIGTERM', `replica ${replica} in restart ${restart + 1}`);
        old.signal('SIGTERM');
        // The next one is started while this one drains.
        exits.push(gone(old, balancer));
      }
      if (restart % 10 === 9) setting.tell(`rolling: ${restart + 1} restarts, ${load.sent()} events`);
    }
  } finally {
    await Promise.all(exits);
    await load.stop();
    await Promise.all(running.map((dispatcher) => dispatcher.stop()));
    await balancer.close();
  }
  const verdict = await judge(setting.server, namespace, setting.ledger.sent);
  const { ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, jobs } = verdict;
  const unclean = (await Promise.all(exits)).filter((code) => code !== 0).length;
  return {
    ...{ ackedButLost, jobsWithoutSecret, eventsWithTwoJobs },
    faults: exits.length,
    events: load.sent(),
    resets: load.resets(),
    non2xx: load.non2xx(),
    serverErrors: 0,
    problems: unclean === 0 ? [] : [`${unclean} processes did not end with code 0`],
    details: {
      restarts,
      processes: exits.length,
      senders,
      drainDelayMs,
      jobs,
      unrouted: balancer.unrouted(),
    },
  };
}

async function gone(old: Dispatcher, balancer: Balancer): Promise<number | undefined> {
  const code = await old.exited();
  balancer.remove(old.port);
  return code;
}

async function join(setting: Setting, balancer: Balancer, name: string): Promise<Dispatcher> {
  const env = { DRAIN_DELAY: `${setting.sizes.rolling.drainDelayMs}ms` };
  const dispatcher = await Dispatcher.start(setting, name, env);
  balancer.add(dispatcher.port);
  await eventually(() => {
    if (!balancer.ready().includes(dispatcher.port)) throw new Error('not an endpoint yet');
  });
  return dispatcher;
}

interface Load {
  sent(): number;
  resets(): number;
  non2xx(): number;
  stop(): Promise<void>;
}

function startLoad({ ledger }: Setting, base: string, senders: number): Load {
  const sender = new Sender({ ledger, timeoutMs: 15_000, retries: 0 });
  let running = true;
  let sent = 0;
  let resets = 0;
  let non2xx = 0;
  const send = async (): Promise<void> => {
    while (running) {
      const outcome = await sender.attempt(eventFor(namespace, sink, String((sent += 1))), 0, { base });
      if (outcome.failure !== undefined) resets += 1;
      else if (!isAck(outcome)) non2xx += 1;
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: senders }, send));
  return {
    sent: () => sent,
    resets: () => resets,
    non2xx: () => non2xx,
    async stop() {
      running = false;
      await all;
      sender.close();
    },
  };
}
