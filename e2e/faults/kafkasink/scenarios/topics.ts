import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProxiedCluster } from '../cluster.ts';
import { together, type Report } from '../report.ts';
import { judge, onCluster, slowRecovery, underLoad, type Rig } from '../rig.ts';
import { namespace, type Setting } from '../setting.ts';
import { post, startTraffic } from '../traffic.ts';

/** The name under which the producer's quota is kept by the brokers. */
const clientId = 'event-sinks-kafka-sink';

/** A record that the topic does not take, and a quota that all of them exceed. */
export async function limits(setting: Setting): Promise<Report> {
  const topic = { config: { 'max.message.bytes': '20000' } };
  return await onCluster(setting, { name: 'limits', topic }, async (rig, { kafka }) => {
    const refused = await tooLarge(rig, 20);
    rig.ledger.fault('quota');
    await kafka.setProducerQuota({ clientId }, 10_000);
    await sleep(setting.sizes.brokers.lastsMs);
    await kafka.setProducerQuota({ clientId }, undefined);
    const ms = await rig.recovery();
    return {
      faults: 21,
      problems: [...refused, ...slowRecovery('quota', ms)],
      details: { 'quota recovery ms': ms },
    };
  });
}

/** Each is 413, and what stands beside it in its batch is not harmed. */
async function tooLarge({ url, ledger }: Rig, count: number): Promise<string[]> {
  const agent = new Agent({ keepAlive: true });
  const problems: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const outcome = await ledger.attempt(ledger.open('too-large', number, 60_000), () =>
      post(url, ledger.events.get(`too-large/${number}`)!, agent),
    );
    if (outcome.status !== 413)
      problems.push(`a record too large was answered ${outcome.status ?? 'nothing'}`);
  }
  agent.destroy();
  return problems;
}

/** A topic that is deleted under load: refused until it is there again, and then used without a restart. */
export async function topicDeleted(setting: Setting): Promise<Report> {
  const cluster = await setting.cluster();
  const producer = await setting.producer('topic-deleted');
  const options = {
    name: 'topic-deleted',
    tools: cluster.kafka,
    spec: { bootstrapServers: cluster.bootstrapServers },
    producer,
    topic: { replicationFactor: 3 },
  };
  try {
    // What was acknowledged before the topic went is judged before it goes.
    const before = await underLoad(setting, options, () => Promise.resolve({ faults: 0, problems: [] }));
    const after = await goneAndBack(setting, cluster, `${producer.url}/${namespace}/topic-deleted`);
    return {
      ...together([before, after]),
      problems: [...before.problems, ...after.problems],
      details: after.details,
    };
  } finally {
    await producer.stop();
  }
}

async function goneAndBack(setting: Setting, { kafka }: ProxiedCluster, url: string): Promise<Report> {
  const name = 'topic-deleted';
  await kafka.deleteTopic(name);
  const ledger = setting.ledger(`${name}-after`);
  const { keys, pauseMs } = setting.sizes;
  const traffic = startTraffic({ url: () => url, ledger, name: 'after', keys, pauseMs });
  await sleep(setting.sizes.brokers.lastsMs);
  const early = [...ledger.events.values()].filter(({ acked }) => acked).length;
  await kafka.createTopic({ topic: name, partitions: 4, replicationFactor: 3 });
  const begun = performance.now();
  await traffic.acknowledged(keys);
  const ms = Math.round(performance.now() - begun);
  await traffic.stop();
  return judge(
    { name, tools: kafka, ledger },
    {
      faults: 1,
      problems: [
        ...slowRecovery('topic made again', ms),
        ...(early > 0 ? [`${early} events were acknowledged without a topic`] : []),
      ],
      details: { 'recovery ms': ms },
    },
  );
}
