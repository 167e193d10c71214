import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster, ClusterDriver } from '../driver.ts';
import { ensureKafka, type KafkaDistribution } from '../kafka/index.ts';
import { withLock } from '../lock.ts';
import type { Progress } from '../progress.ts';
import { ProcessKeeper } from '../processes.ts';
import type { Settings } from '../settings.ts';
import { ensurePackages } from './debian-packages.ts';
import { ensureGoTools } from './go-tools.ts';
import { ensureImage } from './image-store.ts';
import {
  consumeTopic,
  countRecords,
  ensureTopic,
  kafkaBootstrap,
  kafkaServiceManifests,
  startKafka,
} from './kafka.ts';
import {
  adminKubeconfig,
  apply,
  startControlPlane,
  startNode,
  startRegistry,
  type KubernetesContext,
} from './kubernetes.ts';
import { layoutOf, type Layout } from './layout.ts';
import { ensureNetwork } from './network.ts';
import { assertPortsFree } from './ports.ts';
import { prometheusManifests, prometheusRules, prometheusUrl, startPrometheus } from './prometheus.ts';
import { assertPrerequisites, localPrerequisites } from './prerequisites.ts';
import { bashImage, curlImage, nodeBaseImage } from './stand-ins.ts';
import { teardown } from './teardown.ts';

/** A cluster of one node and a Kafka of one broker, in a network namespace of their own, without Docker. */
export function localDriver(settings: Settings, progress: Progress): ClusterDriver {
  const layout = layoutOf(settings);
  const keeper = new ProcessKeeper(layout.stateDir);
  const locked = <T>(work: () => Promise<T>): Promise<T> =>
    withLock(`${layout.stateDir}.lock`, work, {
      onWait: (pid) => {
        progress.note(`Process ${pid} is busy with the same cluster; waiting for it.`);
      },
    });
  return {
    name: 'local',
    up: () => locked(() => up(settings, layout, { keeper, progress })),
    connect: () => connect(settings, layout, progress),
    down: () =>
      locked(() => progress.step(`Removing the cluster ${layout.name}`, () => teardown(layout, keeper))),
    status: () => Promise.resolve(statusOf(layout, keeper)),
  };
}

async function up(
  settings: Settings,
  layout: Layout,
  { keeper, progress }: { keeper: ProcessKeeper; progress: Progress },
): Promise<Cluster> {
  await progress.step('Prerequisites', () => assertPrerequisites(localPrerequisites()));
  await ensurePackages(progress);
  const tools = async (group: Parameters<typeof ensureGoTools>[0]): Promise<string> =>
    await ensureGoTools(group, layout.cacheDir, progress);
  const programs = { pause: await tools('pause'), coredns: await tools('coredns') };
  const binaries = await tools('kubernetes');
  const helm = await tools('helm');
  const distribution = await progress.step('Kafka from Maven Central', () =>
    ensureKafka({
      cacheDir: layout.cacheDir,
      log: (line) => {
        progress.note(line);
      },
    }),
  );
  const context: KubernetesContext = { layout, keeper, binaries };
  await progress.step('Network namespace', async () => {
    await ensureNetwork(layout);
    await assertPortsFree(layout, keeper);
  });
  const authority = await progress.step('Kubernetes control plane', () => startControlPlane(context));
  const dnsImage = await progress.step('Image registry', () => startRegistry(context, programs));
  // The broker's start is mostly waiting; the node comes up meanwhile.
  await progress.step('Node, pods’ network, DNS, Kafka and Prometheus', () =>
    Promise.all([
      startNode(context, authority, dnsImage),
      startKafka(context, distribution),
      startPrometheus(context, settings.checkout),
    ]),
  );
  await apply(context, [...kafkaServiceManifests(layout), ...prometheusManifests()]);
  await progress.step('Base and stand-in images', async () => {
    await ensureImage(layout, bashImage());
    await ensureImage(layout, await curlImage());
    await ensureImage(layout, await nodeBaseImage(settings.checkout));
  });
  return localCluster(settings, layout, { binaries, helm, distribution });
}

/** The programs that a cluster's users need. */
interface ClusterPrograms {
  readonly binaries: string;
  readonly helm: string;
  readonly distribution: KafkaDistribution;
}

async function connect(settings: Settings, layout: Layout, progress: Progress): Promise<Cluster> {
  if (!existsSync(adminKubeconfig(layout)))
    throw new Error('There is no local cluster; make one with: npm start');
  return localCluster(settings, layout, {
    binaries: await ensureGoTools('kubernetes', layout.cacheDir, progress),
    helm: await ensureGoTools('helm', layout.cacheDir, progress, ['helm']),
    distribution: await ensureKafka({
      cacheDir: layout.cacheDir,
      log: (line) => {
        progress.note(line);
      },
    }),
  });
}

function localCluster(
  settings: Settings,
  layout: Layout,
  { binaries, helm, distribution }: ClusterPrograms,
): Cluster {
  return {
    kubeconfig: adminKubeconfig(layout),
    kafkaBootstrap: kafkaBootstrap(layout),
    prometheus: { url: prometheusUrl(layout), rulesFolder: prometheusRules(layout) },
    kubectl: join(binaries, 'kubectl'),
    helm: join(helm, 'helm'),
    appBaseImage: async () => ensureImage(layout, await nodeBaseImage(settings.checkout)),
    ensureImage: (spec) => ensureImage(layout, spec),
    ensureTopic: (topic, partitions) => ensureTopic(layout, distribution, { topic, partitions }),
    countRecords: (topic) => countRecords(layout, distribution, topic),
    consume: (topic, count) => consumeTopic(layout, distribution, { topic, count }),
  };
}

function statusOf(layout: Layout, keeper: ProcessKeeper): string[] {
  if (!existsSync(layout.stateDir)) return [`cluster ${layout.name}: not there`];
  return keeper
    .names()
    .sort()
    .map((name) => {
      const pid = keeper.pidOf(name);
      return `${name.padEnd(26)}${pid === undefined ? 'ended' : `runs, pid ${pid}`}`;
    });
}
