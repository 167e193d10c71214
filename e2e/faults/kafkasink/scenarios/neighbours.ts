import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../report.ts';
import { judge, onCluster, underLoad } from '../rig.ts';
import { namespace, type Setting } from '../setting.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { startTraffic } from '../traffic.ts';

/** How much memory events for clusters that do not answer may take, in MiB. */
const growthLimitMiB = 64;

/** A cluster that refuses connections and one that never answers, beside one that works. */
export async function deadCluster(setting: Setting): Promise<Report> {
  const cluster = await setting.cluster();
  const producer = await setting.producer('dead-cluster');
  const hole = await startTcpProxy(() => 1);
  hole.setMood('silent');
  const closed = await startTcpProxy(() => 1);
  const dead = { refusing: `127.0.0.1:${closed.port}`, silent: `127.0.0.1:${hole.port}` };
  await closed.close();
  for (const [name, address] of Object.entries(dead))
    await setting.applySinks({ [name]: { topic: 'nowhere', bootstrapServers: [address] } });
  const options = {
    name: 'beside-the-dead',
    tools: cluster.kafka,
    spec: { bootstrapServers: cluster.bootstrapServers },
    producer,
    topic: { replicationFactor: 3 },
  };
  const lost = setting.ledger('nowhere');
  try {
    return await underLoad(setting, options, async ({ traffic, ledger }) => {
      const rate = async (): Promise<number> => {
        const [begun, before] = [performance.now(), ledger.events.size];
        await sleep(setting.sizes.deadCluster.seconds * 1000);
        return ((ledger.events.size - before) * 1000) / (performance.now() - begun);
      };
      await traffic.acknowledged(setting.sizes.keys);
      const alone = await rate();
      const warmMiB = producer.residentMiB();
      const others = Object.keys(dead).map((name) =>
        startTraffic({
          url: () => `${producer.url}/${namespace}/${name}`,
          ...{ ledger: lost, name, keys: 64, pauseMs: 0, padding: 10_000 },
        }),
      );
      const beside = await rate();
      const grownMiB = producer.peakMiB - warmMiB;
      await Promise.all(others.map((other) => other.stop(0)));
      return {
        faults: 2,
        problems: [
          ...(ledger.refused > 0 ? ['events for the cluster that works were refused'] : []),
          ...(beside < 0.5 * alone ? [`${beside.toFixed()} events/s beside, ${alone.toFixed()} alone`] : []),
          ...(grownMiB > growthLimitMiB ? [`grew by ${Math.round(grownMiB)} MiB`] : []),
          ...(lost.tally.withoutReason > 0 ? ['refused without a reason'] : []),
          ...(lost.tally.slowestMs > 10_500 ? [`an answer took ${lost.tally.slowestMs} ms`] : []),
        ],
        details: {
          'events/s alone': Math.round(alone),
          'events/s beside': Math.round(beside),
          'MiB before': Math.round(warmMiB),
          'MiB grown': Math.round(grownMiB),
          'slowest refusal ms': lost.tally.slowestMs,
          'refused for the dead': lost.refusals(),
        },
      };
    });
  } finally {
    await producer.stop();
    await hole.close();
  }
}

/** Many sinks in one process, on few topics: each takes events. */
export async function manySinks(setting: Setting): Promise<Report> {
  const { sinks, topics } = setting.sizes.manySinks;
  const { kafka, bootstrapServers } = await setting.cluster();
  const producer = await setting.producer('many-sinks');
  const topic = 'many-sinks';
  await kafka.createTopic({ topic, partitions: topics, replicationFactor: 3 });
  const names = Array.from({ length: sinks }, (_, index) => `many-${index}`);
  const begun = performance.now();
  await setting.applySinks(Object.fromEntries(names.map((name) => [name, { topic, bootstrapServers }])));
  await producer.serves(namespace, names.at(-1) ?? '');
  const servedMs = Math.round(performance.now() - begun);
  const ledger = setting.ledger(topic);
  let next = 0;
  const traffic = startTraffic({
    url: () => `${producer.url}/${namespace}/${names[next++ % sinks] ?? ''}`,
    ...{ ledger, name: 'many', keys: 32, pauseMs: 0 },
  });
  try {
    await traffic.acknowledged(5 * sinks);
    await traffic.stop();
    return await judge(
      { name: topic, tools: kafka, ledger },
      {
        faults: 0,
        problems: ledger.refused > 0 ? ['events were refused'] : [],
        details: { sinks, 'made and served ms': servedMs, peakMiB: Math.round(producer.peakMiB) },
      },
    );
  } finally {
    await producer.stop();
  }
}

/** Many events at full speed, every one of them looked for. */
export async function volume(setting: Setting): Promise<Report> {
  const load = { name: 'volume', topic: { partitions: 12 }, keys: 64, pauseMs: 0 };
  return await onCluster(setting, load, async ({ traffic, ledger, producer }) => {
    const begun = performance.now();
    await traffic.acknowledged(setting.sizes.volume.events);
    const rate = (setting.sizes.volume.events * 1000) / (performance.now() - begun);
    return {
      faults: 0,
      problems: ledger.refused > 0 ? ['events were refused'] : [],
      details: { 'events/s': Math.round(rate), peakMiB: Math.round(producer.peakMiB) },
    };
  });
}
