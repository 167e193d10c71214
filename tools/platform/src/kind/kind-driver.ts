import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster, ClusterDriver } from '../driver.ts';
import { contentDigest, withBuildContext, type ImageSpec } from '../images/build.ts';
import {
  formatterProperties,
  parseConsoleRecords,
  parseEndOffsets,
  type ConsoleRecord,
} from '../kafka/index.ts';
import { ensureGoTools } from '../local/go-tools.ts';
import type { Progress } from '../progress.ts';
import type { Settings } from '../settings.ts';
import { run, tryRun } from '../shell.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const bootstrap = 'my-cluster-kafka-bootstrap.kafka:9092';

/** The container engines that kind can use, with the command of each. */
const engines = ['docker', 'podman'] as const;

/** The first engine that answers on this machine. */
export async function containerEngine(): Promise<(typeof engines)[number] | undefined> {
  for (const engine of engines) {
    const answer = await tryRun(engine, ['info'], { timeoutMs: 10_000 }).catch(() => undefined);
    if (answer?.code === 0) return engine;
  }
  return undefined;
}

/** A cluster in containers, by kind; always its own, under a name and a kubeconfig of its own. */
export function kindDriver(settings: Settings, progress: Progress): ClusterDriver {
  const cluster = settings.instance === 0 ? 'event-sinks' : `event-sinks-${settings.instance}`;
  const kubeconfig = join(settings.localDir, 'kind-kubeconfig');
  const tool = async (): Promise<string> =>
    join(await ensureGoTools('kind', settings.cacheDir, progress), 'kind');
  return {
    name: 'kind',
    async up() {
      const engine = await containerEngine();
      if (engine === undefined) throw new Error('Neither Docker nor Podman answers; start one of them.');
      const kind = await tool();
      const env = { KIND_EXPERIMENTAL_PROVIDER: engine };
      mkdirSync(settings.localDir, { recursive: true });
      await progress.step(`kind cluster ${cluster}`, async () => {
        const clusters = (await run(kind, ['get', 'clusters'], { env })).split('\n');
        const create = [
          'create',
          'cluster',
          '--name',
          cluster,
          '--config',
          here('cluster.yaml'),
          '--wait',
          '120s',
        ];
        if (!clusters.includes(cluster)) await run(kind, [...create, '--kubeconfig', kubeconfig], { env });
        else
          await run(kind, ['export', 'kubeconfig', '--name', cluster, '--kubeconfig', kubeconfig], { env });
      });
      const kubernetes = await ensureGoTools('kubernetes', settings.cacheDir, progress, ['kubectl']);
      const helm = await ensureGoTools('helm', settings.cacheDir, progress);
      const kubectl = join(kubernetes, 'kubectl');
      const k = (args: readonly string[]): Promise<string> =>
        run(kubectl, ['--kubeconfig', kubeconfig, ...args]);
      await progress.step('Kafka', async () => {
        await k(['apply', '-f', here('kafka.yaml')]);
        await k(['-n', 'kafka', 'rollout', 'status', 'deployment/kafka', '--timeout=300s']);
      });
      return kindCluster({
        settings,
        kubeconfig,
        kubectl,
        helm: join(helm, 'helm'),
        k,
        engine,
        load: async (image) => {
          await run(kind, ['load', 'docker-image', '--name', cluster, image], { env });
        },
      });
    },
    async down() {
      const engine = await containerEngine();
      if (engine === undefined) return;
      const env = { KIND_EXPERIMENTAL_PROVIDER: engine };
      await progress.step(`Deleting the kind cluster ${cluster}`, async () => {
        await run(await tool(), ['delete', 'cluster', '--name', cluster, '--kubeconfig', kubeconfig], {
          env,
        });
      });
    },
    async status() {
      const { code } = await tryRun('kubectl', ['--kubeconfig', kubeconfig, 'get', '--raw', '/readyz']);
      return [`kind cluster ${cluster}: ${code === 0 ? 'ready' : 'not there'}`];
    },
  };
}

interface KindParts {
  readonly settings: Settings;
  readonly kubeconfig: string;
  readonly kubectl: string;
  readonly helm: string;
  readonly k: (args: readonly string[]) => Promise<string>;
  readonly engine: string;
  readonly load: (image: string) => Promise<void>;
}

function kindCluster({ settings, kubeconfig, kubectl, helm, k, engine, load }: KindParts): Cluster {
  const inBroker = (args: readonly string[]): Promise<string> =>
    k(['-n', 'kafka', 'exec', 'deployment/kafka', '--', ...args]);
  const topics = ['/opt/kafka/bin/kafka-topics.sh', '--bootstrap-server', 'localhost:9092'];
  return {
    kubeconfig,
    kafkaBootstrap: bootstrap,
    kubectl,
    helm,
    appBaseImage: 'gcr.io/distroless/nodejs24-debian13:nonroot',
    async ensureImage(spec: ImageSpec) {
      const image = `localhost/${spec.name}:${contentDigest(spec)}`;
      const buildArgs = Object.entries(spec.buildArgs ?? {}).flatMap(([key, value]) => [
        '--build-arg',
        `${key}=${value}`,
      ]);
      await withBuildContext(spec, join(settings.localDir, 'images'), async (context) => {
        await run(engine, [
          'build',
          '-q',
          '-f',
          join(context, 'Containerfile'),
          '-t',
          image,
          ...buildArgs,
          context,
        ]);
      });
      await load(image);
      return image;
    },
    async ensureTopic(topic, partitions) {
      await inBroker([
        ...topics,
        '--create',
        '--if-not-exists',
        '--topic',
        topic,
        '--partitions',
        String(partitions),
      ]);
    },
    async countRecords(topic) {
      const raw = await inBroker([
        '/opt/kafka/bin/kafka-get-offsets.sh',
        '--bootstrap-server',
        'localhost:9092',
        '--topic',
        topic,
      ]);
      return [...parseEndOffsets(raw).values()].reduce((sum, offset) => sum + offset, 0);
    },
    async consume(topic, count): Promise<readonly ConsoleRecord[]> {
      const format = formatterProperties.flatMap((property) => ['--formatter-property', property]);
      const raw = await inBroker([
        ...[
          '/opt/kafka/bin/kafka-console-consumer.sh',
          '--bootstrap-server',
          'localhost:9092',
          '--topic',
          topic,
        ],
        ...['--from-beginning', '--max-messages', String(count), '--timeout-ms', '10000', ...format],
      ]);
      return parseConsoleRecords(Buffer.from(raw));
    },
  };
}
