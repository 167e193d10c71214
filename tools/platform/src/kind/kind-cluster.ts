import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../driver.ts';
import { contentDigest, withBuildContext, type ImageSpec } from '../images/build.ts';
import { formatterProperties, parseConsoleRecords, parseEndOffsets } from '../kafka/index.ts';
import { run } from '../shell.ts';
import type { ContainerEngine } from './engine.ts';

/** One kind cluster and the programs to handle it. */
export interface KindContext {
  readonly name: string;
  readonly engine: ContainerEngine;
  readonly kubeconfig: string;
  /** A folder for build contexts and image archives. */
  readonly workDir: string;
  readonly programs: { readonly kubectl: string; readonly helm: string };
  readonly kind: (args: readonly string[]) => Promise<string>;
  readonly kubectl: (args: readonly string[]) => Promise<string>;
}

const base = 'gcr.io/distroless/nodejs24-debian13:nonroot';

/** The cluster as its users see it. */
export function kindCluster(context: KindContext): Cluster {
  const inBroker = (script: string, args: readonly string[]): Promise<string> => {
    const command = [`/opt/kafka/bin/${script}`, '--bootstrap-server', 'localhost:9092', ...args];
    return context.kubectl(['-n', 'kafka', 'exec', 'deployment/kafka', '--', ...command]);
  };
  return {
    kubeconfig: context.kubeconfig,
    kafkaBootstrap: 'my-cluster-kafka-bootstrap.kafka:9092',
    prometheus: undefined,
    ...context.programs,
    appBaseImage: () => Promise.resolve(base),
    ensureImage: (spec) => ensureImage(context, spec),
    async ensureTopic(topic, partitions) {
      const args = ['--create', '--if-not-exists', '--topic', topic, '--partitions', String(partitions)];
      await inBroker('kafka-topics.sh', args);
    },
    async countRecords(topic) {
      const offsets = parseEndOffsets(await inBroker('kafka-get-offsets.sh', ['--topic', topic]));
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
    },
    async consume(topic, count) {
      const range = [
        '--topic',
        topic,
        '--from-beginning',
        '--max-messages',
        String(count),
        '--timeout-ms',
        '10000',
      ];
      const format = formatterProperties.flatMap((property) => ['--formatter-property', property]);
      return parseConsoleRecords(
        Buffer.from(await inBroker('kafka-console-consumer.sh', [...range, ...format])),
      );
    },
  };
}

async function ensureImage({ engine, workDir, kind, name }: KindContext, spec: ImageSpec): Promise<string> {
  const image = `localhost/${spec.name}:${contentDigest(spec)}`;
  const archive = join(workDir, `${contentDigest(spec)}.tar`);
  const buildArgs = Object.entries(spec.buildArgs ?? {}).flatMap(([key, value]) => [
    '--build-arg',
    `${key}=${value}`,
  ]);
  await withBuildContext(spec, workDir, async (dir) => {
    await run(engine, ['build', '-q', '-f', join(dir, 'Containerfile'), '-t', image, ...buildArgs, dir]);
  });
  try {
    // kind takes images straight from Docker only; an archive works with Podman too.
    await run(engine, ['save', '-o', archive, image]);
    await kind(['load', 'image-archive', '--name', name, archive]);
  } finally {
    rmSync(archive, { force: true });
  }
  return image;
}
