import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NewTopic } from '@event-sinks/platform';
import type { KafkaTools } from '@event-sinks/testing';
import type { ProxiedCluster } from './cluster.ts';
import type { EventLedger } from './event-ledger.ts';
import type { ProducerProcess } from './producer-process.ts';
import type { Report } from './report.ts';
import { namespace, type Setting } from './setting.ts';
import { post, startTraffic, type Traffic } from './traffic.ts';
import { compare } from './truth.ts';

/** Milliseconds in which events must be taken again once a fault is over. */
export const recoveryLimitMs = 10_000;

/** The deadline of a request, and what a sender on a busy machine may add to it. */
const answerLimitMs = 10_000 + 500;

/** Keys that are probed after a fault: enough to meet every partition. */
const probeKeys = 12;

/** A sink with its topic, and events on their way to it. */
export interface Rig {
  readonly topic: string;
  readonly url: string;
  readonly ledger: EventLedger;
  readonly traffic: Traffic;
  readonly producer: ProducerProcess;
  /** Milliseconds until an event to every partition is taken at its first attempt, from now on. */
  recovery(): Promise<number>;
}

/** What {@link underLoad} is to set up. */
export interface RigOptions {
  /** Name of the sink, the topic and the ledger. */
  readonly name: string;
  readonly tools: KafkaTools;
  readonly spec: object;
  readonly producer: ProducerProcess;
  readonly topic?: Omit<NewTopic, 'topic'>;
  readonly keys?: number;
  readonly pauseMs?: number;
}

/** What a scenario says beside what every scenario is judged by. */
export interface Findings {
  readonly faults: number;
  readonly problems: readonly string[];
  readonly details?: Readonly<Record<string, number | string>>;
}

/** What {@link onCluster} is to set up. */
export interface ClusterRigOptions extends Pick<RigOptions, 'name' | 'topic' | 'keys' | 'pauseMs'> {
  /** Variables of the producer. */
  readonly env?: Readonly<Record<string, string>>;
}

/** {@link underLoad} with a topic on all three brokers and a producer process of its own. */
export async function onCluster(
  setting: Setting,
  { name, env, topic, ...options }: ClusterRigOptions,
  work: (rig: Rig, cluster: ProxiedCluster) => Promise<Findings>,
): Promise<Report> {
  const cluster = await setting.cluster();
  const producer = await setting.producer(name, env);
  const { kafka, bootstrapServers } = cluster;
  const shape = { ...options, name, producer, topic: { replicationFactor: 3, ...topic } };
  try {
    return await underLoad(setting, { ...shape, tools: kafka, spec: { bootstrapServers } }, (rig) =>
      work(rig, cluster),
    );
  } finally {
    await producer.stop();
  }
}

/** Sends events while `work` does its harm, then compares what was acknowledged with what is in the topic. */
export async function underLoad(
  setting: Setting,
  { name, tools, spec, producer, ...options }: RigOptions,
  work: (rig: Rig) => Promise<Findings>,
): Promise<Report> {
  await tools.createTopic({ topic: name, partitions: 6, replicationFactor: 1, ...options.topic });
  await setting.applySinks({ [name]: { ...spec, topic: name } });
  await producer.serves(namespace, name);
  const ledger = setting.ledger(name);
  const url = `${producer.url}/${namespace}/${name}`;
  const { keys = setting.sizes.keys, pauseMs = setting.sizes.pauseMs } = options;
  const traffic = startTraffic({ url: () => url, ledger, name, keys, pauseMs });
  await traffic.acknowledged(keys);
  const prober = startProber(url, ledger);
  try {
    const findings = await work({ topic: name, url, ledger, traffic, producer, recovery: prober.recovery });
    await traffic.stop();
    return await judge({ name, tools, ledger }, findings);
  } finally {
    await traffic.stop(0);
    prober.close();
  }
}

/** Compares a ledger with its topic. */
export async function judge(
  {
    name,
    tools,
    ledger,
  }: { readonly name: string; readonly tools: KafkaTools; readonly ledger: EventLedger },
  { faults, problems, details = {} }: Findings,
): Promise<Report> {
  const count = await tools.recordCount(name);
  const stored = await tools.consume(name, count, 20_000);
  const { ackedButLost, duplicates, inversions, ...verdict } = compare(ledger.events, stored);
  const { slowestMs, withoutReason } = ledger.tally;
  const late = slowestMs > answerLimitMs ? [`an answer took ${slowestMs} ms`] : [];
  const short = stored.length < count ? [`only ${stored.length} of ${count} records could be read`] : [];
  return {
    ...{ faults, events: ledger.events.size, ackedButLost, duplicates, inversions },
    refusedWithoutReason: withoutReason,
    slowestAnswerMs: slowestMs,
    problems: [...problems, ...verdict.problems, ...late, ...short],
    details: { ...details, records: count, refusals: ledger.refusals() || 'none' },
  };
}

function startProber(
  url: string,
  ledger: EventLedger,
): { recovery: () => Promise<number>; close: () => void } {
  const agent = new Agent({ keepAlive: true });
  let number = 0;
  const probe = async (): Promise<boolean> => {
    number += 1;
    const events = Array.from({ length: probeKeys }, (_, key) => ledger.open(`probe-${key}`, number));
    const outcomes = await Promise.all(
      events.map((event) => ledger.attempt(event, () => post(url, event, agent))),
    );
    return outcomes.every(({ status }) => status === 202);
  };
  return {
    async recovery() {
      const begun = performance.now();
      while (!(await probe())) {
        if (performance.now() - begun > 6 * recoveryLimitMs) return Number.POSITIVE_INFINITY;
        await sleep(50);
      }
      return Math.round(performance.now() - begun);
    },
    close: () => {
      agent.destroy();
    },
  };
}

/** A problem when a recovery took too long. */
export function slowRecovery(what: string, ms: number): string[] {
  return ms > recoveryLimitMs ? [`${what}: events were taken again after ${ms} ms`] : [];
}
