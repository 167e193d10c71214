import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxiedCluster, ProxiedNode } from '../cluster.ts';
import { together, type Report } from '../report.ts';
import { slowRecovery, underLoad, type Rig } from '../rig.ts';
import type { Setting } from '../setting.ts';

/** One kind of harm to the brokers; `undo` ends it. */
interface BrokerFault {
  readonly name: string;
  harm(leader: ProxiedNode, cluster: ProxiedCluster, topic: string): Promise<void>;
  undo(leader: ProxiedNode, cluster: ProxiedCluster, topic: string): Promise<void>;
}

const other = (cluster: ProxiedCluster, { broker }: ProxiedNode): ProxiedNode =>
  cluster.nodes.find((node) => node.broker.id !== broker.id)!;

const faults: readonly BrokerFault[] = [
  {
    name: 'leader-killed',
    harm: ({ broker }) => broker.kill(),
    undo: ({ broker }) => broker.start(),
  },
  {
    name: 'leader-paused',
    harm: ({ broker }) => broker.pause(),
    undo: ({ broker }) => {
      broker.resume();
      return Promise.resolve();
    },
  },
  {
    name: 'leader-partitioned',
    harm: ({ proxy }) => {
      proxy.setMood('silent');
      return Promise.resolve();
    },
    undo: ({ proxy }) => {
      proxy.setMood('open');
      return Promise.resolve();
    },
  },
  {
    name: 'answers-lost',
    harm: async ({ proxy }) => {
      // Long enough for several appends that nobody hears of, and then a broken connection, again and again.
      for (let round = 0; round < 5; round += 1) {
        proxy.setMood('mute');
        await sleep(300);
        proxy.setMood('open');
        await sleep(200);
      }
    },
    undo: () => Promise.resolve(),
  },
  {
    name: 'too-few-in-sync',
    harm: async (leader, cluster, topic) => {
      await cluster.kafka.setTopicConfig(topic, { 'min.insync.replicas': '3' });
      await other(cluster, leader).broker.kill();
    },
    undo: async (leader, cluster, topic) => {
      await other(cluster, leader).broker.start();
      await cluster.kafka.setTopicConfig(topic, { 'min.insync.replicas': '2' });
    },
  },
];

/**
 * Leaders that are killed, frozen and cut off, answers that are lost after the append, and too few replicas in sync,
 * each under load. The memory of the producer is watched throughout.
 */
export async function brokers(setting: Setting): Promise<Report> {
  const { rounds } = setting.sizes.brokers;
  const cluster = await setting.cluster();
  const producer = await setting.producer('brokers');
  const reports: Report[] = [];
  let warmMiB = 0;
  try {
    for (let round = 1; round <= rounds; round += 1) {
      const options = {
        name: `brokers-${round}`,
        tools: cluster.kafka,
        spec: { bootstrapServers: cluster.bootstrapServers },
        producer,
        topic: { replicationFactor: 3 },
        pauseMs: 4 * setting.sizes.pauseMs,
      };
      const report = await underLoad(setting, options, (rig) => strike(setting, rig, cluster));
      reports.push(report);
      if (round === 1) warmMiB = producer.peakMiB;
      setting.tell(`brokers: round ${round}, ${JSON.stringify(report)}`);
    }
    return judgeRounds(reports, { warmMiB, peakMiB: producer.peakMiB });
  } finally {
    await producer.stop();
  }
}

async function strike(setting: Setting, rig: Rig, cluster: ProxiedCluster) {
  const problems: string[] = [];
  const slowest: Record<string, number> = {};
  for (const fault of faults) {
    const leader = await cluster.leaderOf(rig.topic);
    rig.ledger.fault(fault.name);
    await fault.harm(leader, cluster, rig.topic);
    await sleep(setting.sizes.brokers.lastsMs);
    await fault.undo(leader, cluster, rig.topic);
    const ms = await rig.recovery();
    setting.tell(`  ${fault.name}: taken again after ${ms} ms`);
    slowest[fault.name] = ms;
    problems.push(...slowRecovery(fault.name, ms));
  }
  return { faults: faults.length, problems, details: slowest };
}

/** How much more than in the first round the producer may hold, in MiB. */
const growthLimitMiB = 64;

function judgeRounds(
  reports: readonly Report[],
  { warmMiB, peakMiB }: { readonly warmMiB: number; readonly peakMiB: number },
): Report {
  const most = (name: string): number =>
    Math.max(...reports.map(({ details }) => Number(details[name] ?? 0)));
  const grown = peakMiB - warmMiB > growthLimitMiB ? [`grew from ${warmMiB} to ${peakMiB} MiB`] : [];
  return {
    ...together(reports),
    problems: [...reports.flatMap(({ problems }) => problems), ...grown].slice(0, 20),
    details: {
      ...Object.fromEntries(faults.map(({ name }) => [`${name} recovery ms`, most(name)])),
      warmMiB: Math.round(warmMiB),
      peakMiB: Math.round(peakMiB),
    },
  };
}
