import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleApps, readSettings } from '@event-sinks/platform';
import { eventually, loopbackAddresses, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { imageFlags } from '../../support/image-flags.ts';
import { startProxiedCluster, type ProxiedCluster } from './cluster.ts';
import { EventLedger } from './event-ledger.ts';
import { ProducerProcess } from './producer-process.ts';
import type { Sizes } from './sizes.ts';

/** The namespace of every sink here. */
export const namespace = 'faults';

/** Everything that the scenarios share. */
export interface Setting {
  readonly server: TestApiServer;
  readonly sizes: Sizes;
  readonly folder: string;
  tell(line: string): void;
  /** Three brokers behind proxies; started when first asked for. */
  cluster(): Promise<ProxiedCluster>;
  producer(name: string, env?: Readonly<Record<string, string>>): Promise<ProducerProcess>;
  ledger(topic: string): EventLedger;
  /** Makes or changes KafkaSinks. */
  applySinks(sinks: Readonly<Record<string, object>>): Promise<void>;
  /** Makes or changes a Secret. */
  applySecret(name: string, data: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

/** Starts the API server with the chart's CRDs, and bundles the producer. */
export async function openSetting(sizes: Sizes, tell: (line: string) => void): Promise<Setting> {
  const { checkout, localDir } = readSettings(process.env);
  await mkdir(join(localDir, 'faults'), { recursive: true });
  const folder = await mkdtemp(
    join(localDir, 'faults', `kafkasink-${new Date().toISOString().slice(0, 19)}-`),
  );
  const bundle = join(folder, 'main.mjs');
  await bundleApps(checkout);
  // A copy, so that a build beside this run changes nothing in it.
  await copyFile(join(checkout, 'apps/kafka-sink/dist/main.mjs'), bundle);
  const server = await startTestApiServer();
  const children = new Set<ChildProcess>();
  const ledgers: EventLedger[] = [];
  let starting: Promise<ProxiedCluster> | undefined;
  const endProcesses = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    await starting?.then((cluster) => cluster.close()).catch(() => undefined);
    await server.close();
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    tell(`ended by ${signal}; there is no result`);
    void endProcesses().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const apply = async (object: object): Promise<void> => {
    // A CRD is established a moment before its resource is served.
    await eventually(() => server.kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(object)));
  };
  try {
    await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
    await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    await server.kubectl(['create', 'namespace', namespace]);
  } catch (error) {
    await endProcesses();
    throw error;
  }
  tell(`ledgers and logs: ${folder}`);
  return {
    ...{ server, sizes, folder, tell },
    cluster: () => (starting ??= startProxiedCluster()),
    producer: (name, env = {}) =>
      ProducerProcess.start({
        program: [...imageFlags(checkout, 'kafka-sink'), bundle],
        env: {
          KUBECONFIG: server.kubeconfig,
          KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join(),
          ...env,
        },
        logFile: join(folder, `${name}.log`),
        adopt: (child) => {
          children.add(child);
          child.once('exit', () => children.delete(child));
          return child;
        },
      }),
    ledger(topic) {
      const ledger = new EventLedger(join(folder, `${topic}.jsonl`), topic);
      ledgers.push(ledger);
      return ledger;
    },
    applySinks: (sinks) =>
      apply({
        apiVersion: 'v1',
        kind: 'List',
        items: Object.entries(sinks).map(([name, spec]) => ({
          apiVersion: 'eventing.knative.dev/v1alpha1',
          kind: 'KafkaSink',
          metadata: { name, namespace },
          spec,
        })),
      }),
    applySecret: (name, data) =>
      apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data }),
    async close() {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
      await Promise.all(ledgers.map((ledger) => ledger.close()));
      await endProcesses();
    },
  };
}
