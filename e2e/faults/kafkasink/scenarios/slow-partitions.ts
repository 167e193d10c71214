import { javaPartition } from '@event-sinks/kafka';
import type { ProxiedCluster } from '../cluster.ts';
import type { ProducerProcess } from '../producer-process.ts';
import { together, type Report } from '../report.ts';
import { slowRecovery, underLoad, type Rig, type RigOptions } from '../rig.ts';
import { sample } from '../sample.ts';
import type { Setting } from '../setting.ts';

/** How many times its quiet value the p99 of a healthy partition may be. */
const slowdownLimit = 2;

/** What the median may be on any machine, in milliseconds: those who wait for a slow partition wait for seconds. */
const medianLimitMs = 500;

/**
 * Partitions that are slow or have no leader, beside healthy ones on the same brokers: those of another topic while a
 * follower stands still that is counted as in sync, and the other ones of a topic of which one has lost its leader.
 */
export async function slowPartitions(setting: Setting): Promise<Report> {
  const cluster = await setting.cluster();
  const producer = await setting.producer('slow-partitions');
  const surroundings = { setting, cluster, producer };
  try {
    const reports = [...(await frozenFollower(surroundings)), await withoutLeader(surroundings)];
    return {
      ...together(reports),
      problems: reports.flatMap(({ problems }) => problems),
      details: Object.fromEntries(reports.flatMap(({ details }) => Object.entries(details))),
    };
  } finally {
    await producer.stop();
  }
}

interface Surroundings {
  readonly setting: Setting;
  readonly cluster: ProxiedCluster;
  readonly producer: ProducerProcess;
}

/** Both topics have the same leader; only one has a replica on the broker that is frozen. */
async function frozenFollower({ setting, cluster, producer }: Surroundings): Promise<Report[]> {
  const shape = (name: string, brokers: readonly number[]): RigOptions => ({
    ...{ name, producer, tools: cluster.kafka, spec: { bootstrapServers: cluster.bootstrapServers } },
    topic: { assignment: Array.from({ length: 6 }, () => brokers) },
  });
  const follower = cluster.nodes[2]!.broker;
  let slow: Report | undefined;
  const well = await underLoad(setting, shape('well', [1, 2]), async (healthy) => {
    let beside: Awaited<ReturnType<typeof besides>> | undefined;
    slow = await underLoad(setting, shape('slow', [1, 3]), async (late) => {
      beside = await besides(setting, healthy, keysOf('well'), {
        harm: () => follower.pause(),
        undo: () => {
          follower.resume();
          return Promise.resolve();
        },
      });
      const ms = await late.recovery();
      return {
        faults: 1,
        problems: slowRecovery('follower-frozen', ms),
        details: { 'slow recovery ms': ms },
      };
    });
    return {
      faults: 0,
      problems: beside?.problems ?? [],
      details: named('follower-frozen', beside?.details),
    };
  });
  return slow === undefined ? [well] : [well, slow];
}

/** One partition on each of two brokers, of which one is killed. */
async function withoutLeader({ setting, cluster, producer }: Surroundings): Promise<Report> {
  const options = {
    ...{ name: 'half', producer, tools: cluster.kafka, spec: { bootstrapServers: cluster.bootstrapServers } },
    topic: { assignment: [[1], [3]], config: { 'min.insync.replicas': '1' } },
  };
  const broker = cluster.nodes[2]!.broker;
  return await underLoad(setting, options, async (rig) => {
    const keys = keysOf('half', 1_000).filter((key) => javaPartition(Buffer.from(key), 2) === 0);
    const beside = await besides(setting, rig, keys.slice(0, 4), {
      harm: () => broker.kill(),
      undo: () => broker.start(),
    });
    const ms = await rig.recovery();
    return {
      faults: 1,
      problems: [...beside.problems, ...slowRecovery('leader-lost', ms)],
      details: { ...named('leader-lost', beside.details), 'half recovery ms': ms },
    };
  });
}

interface Harm {
  readonly harm: () => Promise<void>;
  readonly undo: () => Promise<void>;
}

/** Latencies of healthy partitions before and during the harm. */
async function besides(
  { sizes }: Setting,
  { url, ledger }: Pick<Rig, 'url' | 'ledger'>,
  keys: readonly string[],
  { harm, undo }: Harm,
) {
  const seconds = sizes.brokers.lastsMs / 1_000;
  const options = { url, ledger, seconds, until: Promise.resolve() };
  const quiet = await sample({ ...options, keys });
  await harm();
  const beside = await sample({ ...options, keys, from: 1_000_000 });
  await undo();
  const isSlow = sizes.tenants.isLatencyJudged && beside.p99 > slowdownLimit * quiet.p99;
  return {
    problems: [
      ...(isSlow ? [`p99 was ${beside.p99} ms beside, ${quiet.p99} ms alone`] : []),
      ...(beside.p50 > medianLimitMs ? [`half of the answers took more than ${beside.p50} ms`] : []),
    ],
    details: {
      'p50 ms': quiet.p50,
      'p99 ms': quiet.p99,
      'p50 ms beside': beside.p50,
      'p99 ms beside': beside.p99,
    },
  };
}

const keysOf = (name: string, count = 4): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-sample-${index}`);

const named = (fault: string, details: Readonly<Record<string, number>> = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(details).map(([name, value]) => [`${fault} ${name}`, value]));
