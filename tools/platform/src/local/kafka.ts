import {
  brokerAnswers,
  brokerCommand,
  consume,
  createTopic,
  endOffsets,
  listTopics,
  prepareStorage,
  type BrokerSettings,
  type ConsoleRecord,
  type KafkaDistribution,
} from '../kafka/index.ts';
import { waitUntil } from '../shell.ts';
import { keepInside, type KubernetesContext } from './kubernetes.ts';
import type { Layout } from './layout.ts';

/** `host:port` of the cluster's broker, the same for pods and for this machine. */
export const kafkaBootstrap = (layout: Layout): string => `${layout.nodeAddress}:${layout.kafkaPort}`;

/** One broker beside the node, in the same namespace; returns when it answers. */
export async function startKafka(context: KubernetesContext, distribution: KafkaDistribution): Promise<void> {
  const { layout, keeper } = context;
  const settings: BrokerSettings = {
    distribution,
    dataDir: layout.dir('kafka'),
    host: layout.nodeAddress,
    port: layout.kafkaPort,
    controllerPort: layout.kafkaPort + 1,
  };
  if (keeper.pidOf('kafka') === undefined) await prepareStorage(settings);
  await keepInside(context, { name: 'kafka', ...brokerCommand(settings) });
  await waitUntil(
    'the Kafka broker',
    () => {
      keeper.assertRunning('kafka');
      return brokerAnswers(settings.host, settings.port);
    },
    { timeoutMs: 60_000 },
  );
}

/**
 * Gives the broker the name in the cluster's DNS under which the documentation of Knative meets Kafka, so that the
 * samples are the same for every driver.
 */
export function kafkaServiceManifests(layout: Layout): object[] {
  const metadata = { name: 'my-cluster-kafka-bootstrap', namespace: 'kafka' };
  const ports = [{ name: 'plaintext', port: layout.kafkaPort, protocol: 'TCP' }];
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: metadata.namespace } },
    { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [layout.nodeAddress], conditions: { ready: true } }],
      ports,
    },
  ];
}

/** Creates the topic unless it is there. */
export async function ensureTopic(
  layout: Layout,
  distribution: KafkaDistribution,
  topic: { readonly topic: string; readonly partitions: number },
): Promise<void> {
  const target = { distribution, bootstrap: kafkaBootstrap(layout) };
  if (!(await listTopics(target)).includes(topic.topic)) await createTopic(target, topic);
}

/** How many records were ever written to the topic. */
export async function countRecords(
  layout: Layout,
  distribution: KafkaDistribution,
  topic: string,
): Promise<number> {
  const { offsets } = await endOffsets({ distribution, bootstrap: kafkaBootstrap(layout) }, topic);
  return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
}

/** Reads a topic from its beginning. */
export async function consumeTopic(
  layout: Layout,
  distribution: KafkaDistribution,
  request: { readonly topic: string; readonly count: number },
): Promise<readonly ConsoleRecord[]> {
  const { records } = await consume({ distribution, bootstrap: kafkaBootstrap(layout) }, request);
  return records;
}
