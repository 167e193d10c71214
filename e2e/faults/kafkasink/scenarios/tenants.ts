import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { HostilePlan } from '../hostile-tenant.ts';
import type { ProducerProcess } from '../producer-process.ts';
import type { Report } from '../report.ts';
import { underLoad } from '../rig.ts';
import { sample } from '../sample.ts';
import type { Setting } from '../setting.ts';
import { startTcpProxy } from '../tcp-proxy.ts';

/** The namespace of the hostile tenant. */
const hostile = 'hostile';

/** Secrets that are followed, and producers: as few as the hostile tenant has sinks for. */
const slots = 20;

/** What the process may take at most, in MiB: the chart's limit is 512. */
const memoryLimitMiB = 400;

/** How many times its quiet value the healthy tenant's p99 may be. */
const slowdownLimit = 2;

/** How long to wait until the hostile tenant is answered, in milliseconds. */
const longestWaitMs = 60_000;

/**
 * A hostile namespace that misuses everything at once, beside a healthy one: sinks with absent Secrets and with brokers that
 * refuse, more than there are slots; a cluster that does not answer, and large events for it; and connections that declare
 * and do not send, do not finish, or do not read.
 */
export async function tenants(setting: Setting): Promise<Report> {
  const cluster = await setting.cluster();
  const env = { MAX_SECRETS: `${slots}`, MAX_PRODUCERS: `${slots}` };
  const producer = await setting.producer('tenants', env);
  const hole = await startTcpProxy(() => 1);
  hole.setMood('silent');
  try {
    const plan = await applyHostile(setting, producer, hole.port);
    // So that the hostile tenant has had events for each of its sinks before the healthy one has a sink.
    await firstEvents(plan);
    await setting.applySecret('tenants', { protocol: 'PLAINTEXT' });
    const spec = {
      bootstrapServers: cluster.bootstrapServers,
      auth: { secret: { ref: { name: 'tenants' } } },
    };
    const options = { name: 'tenants', tools: cluster.kafka, spec, producer };
    return await underLoad(
      setting,
      { ...options, topic: { replicationFactor: 3 } },
      async ({ url, ledger }) => {
        const { seconds, isLatencyJudged } = setting.sizes.tenants;
        const quiet = await sample({ url, ledger, keys: keysOf('quiet'), seconds, until: Promise.resolve() });
        const before = producer.residentMiB();
        const worker = new Worker(new URL('../hostile-tenant.ts', import.meta.url), { workerData: plan });
        const until = Promise.race([once(worker, 'message'), sleep(longestWaitMs)]);
        const beside = await sample({ url, ledger, keys: keysOf('beside'), seconds, until });
        worker.postMessage('stop');
        const answers = await lastWord(worker);
        await worker.terminate();
        const isSlow = isLatencyJudged && beside.p99 > slowdownLimit * quiet.p99;
        return {
          faults: 1,
          problems: [
            ...(ledger.refused > 0 ? ['events of the healthy namespace were refused'] : []),
            ...(isSlow ? [`p99 was ${beside.p99} ms beside, ${quiet.p99} ms alone`] : []),
            ...(producer.peakMiB > memoryLimitMiB ? [`took ${Math.round(producer.peakMiB)} MiB`] : []),
            ...(Object.keys(answers).length === 0 ? ['the hostile namespace had no answer'] : []),
          ],
          details: {
            'p50 ms alone': quiet.p50,
            'p50 ms beside': beside.p50,
            'p99 ms alone': quiet.p99,
            'p99 ms beside': beside.p99,
            'MiB before': Math.round(before),
            peakMiB: Math.round(producer.peakMiB),
            'answers to the hostile': Object.entries(answers)
              .map(([status, count]) => `${status}×${count}`)
              .join(', '),
          },
        };
      },
    );
  } finally {
    await producer.stop();
    await hole.close();
  }
}

const keysOf = (name: string): string[] => [1, 2, 3, 4].map((number) => `${name}-${number}`);

async function applyHostile(
  { server, sizes }: Setting,
  producer: ProducerProcess,
  silentPort: number,
): Promise<HostilePlan> {
  const { connections, largeEvents, seconds } = sizes.tenants;
  const silent = `127.0.0.1:${silentPort}`;
  const numbers = Array.from({ length: 2 * slots }, (_, index) => index + 1);
  const specs: Readonly<Record<string, object>> = {
    ...Object.fromEntries(['stuck-1', 'stuck-2'].map((name) => [name, { bootstrapServers: [silent] }])),
    ...Object.fromEntries(
      numbers.map((port) => [`dead-${port}`, { bootstrapServers: [`127.0.0.1:${port}`, silent] }]),
    ),
    ...Object.fromEntries(
      numbers.map((number) => [
        `absent-${number}`,
        { bootstrapServers: [silent], auth: { secret: { ref: { name: `absent-${number}` } } } },
      ]),
    ),
  };
  const items = Object.entries(specs).map(([name, spec]) => ({
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name, namespace: hostile },
    spec: { topic: 'nowhere', ...spec },
  }));
  await server.kubectl(['create', 'namespace', hostile]);
  await server.kubectl(
    ['apply', '--server-side', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  );
  await producer.serves(hostile, 'stuck-1');
  const paths = Object.keys(specs).map((name) => `/${hostile}/${name}`);
  return {
    port: Number(new URL(producer.url).port),
    stuck: paths.filter((path) => path.includes('stuck')),
    useless: paths.filter((path) => !path.includes('stuck')),
    ...{ connections, largeEvents, rampMs: (seconds * 1_000) / 3 },
  };
}

/** One event for every hostile sink, so that each has asked for its producer. */
async function firstEvents({ port, stuck, useless }: HostilePlan): Promise<void> {
  const headers = { 'ce-specversion': '1.0', 'ce-type': 't', 'ce-source': '/hostile', 'ce-id': '1' };
  await Promise.all(
    [...stuck, ...useless].map((path) =>
      fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: '{}' }),
    ),
  );
}

/** How often the hostile tenant was answered with each status. */
async function lastWord(worker: Worker): Promise<Readonly<Record<string, number>>> {
  for (;;) {
    const [word] = (await once(worker, 'message')) as [string | Readonly<Record<string, number>>];
    if (typeof word !== 'string') return word;
  }
}
