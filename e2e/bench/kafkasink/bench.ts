import { join } from 'node:path';
import { createAddressGuard, createIdentifiedTopic } from '@event-sinks/kafka';
import { bundleApps, readSettings } from '@event-sinks/platform';
import {
  loopbackAddresses,
  startTestApiServer,
  startTestKafka,
  type TestApiServer,
  type TestKafka,
} from '@event-sinks/testing';
import { medianRow } from '../jobsink/median-row.ts';
import type { Row } from '../table.ts';
import { allCases, batchSize, topicName, type Case } from './cases.ts';
import { ceiling, type Measured } from './ceiling.ts';
import { ceilingAlone } from './ceiling-alone.ts';
import {
  measure,
  startFloor,
  startProducer,
  startSender,
  startFloorAlone,
  type Sender,
  type Server,
} from './subjects.ts';

const rounds = 3;
/** V8 goes on optimising a process for about so long; a case that comes later finds most of it done. */
const firstWarmUpSeconds = 20;
const warmUpSeconds = 4;
const seconds = 4;
const namespace = 'bench';

/**
 * Events of 1 KiB over kept connections to one producer process, with real KafkaSinks on a real API server and a real
 * broker, beside the floor (Node's own HTTP server, which reads the body and answers) and the ceilings (Kafka's own
 * performance tool). What is compared takes turns, round after round, and each figure is the median of the rounds. At one
 * connection both also stand there with each record sent by itself. `only` keeps the cases whose JSON it matches;
 * `before` is the bundle of another build, to compare with.
 */
export async function benchKafkaSink(
  tell: (line: string) => void,
  { only = /./, before }: BenchOptions,
): Promise<Row[]> {
  const { checkout } = readSettings(process.env);
  await bundleApps(checkout);
  const hasBefore = before !== undefined;
  const cases = allCases({ hasBefore }).filter((each) => only.test(JSON.stringify(each)));
  const kafka = await startTestKafka({}, { heapMb: 1_024 });
  const server = await startTestApiServer();
  const started: { kill(signal?: NodeJS.Signals): void }[] = [];
  try {
    await prepare({ server, kafka, checkout }, cases);
    const sender = startSender();
    started.push({
      kill: () => {
        sender.close();
      },
    });
    const servers = new Map<string, Server>();
    const keep = (name: string, each: Server): void => {
      started.push(each.child);
      servers.set(name, each);
    };
    keep('floor', await startFloor(checkout));
    const target = { BOOTSTRAP: kafka.bootstrap, TOPIC: topicName(1, 0) };
    keep('floor alone', await startFloorAlone(checkout, target));
    const producer = { checkout, kubeconfig: server.kubeconfig };
    keep(
      'ours',
      await startProducer({ ...producer, bundle: join(checkout, 'apps/kafka-sink/dist/main.mjs') }),
    );
    if (hasBefore) keep('before', await startProducer({ ...producer, bundle: before }));
    return await measureAll({ sender, servers, bootstrap: kafka.bootstrap }, cases, tell);
  } finally {
    for (const each of started) each.kill('SIGKILL');
    await server.close();
    await kafka.close();
  }
}

/** What a run of the bench may leave out or add. */
export interface BenchOptions {
  readonly only?: RegExp | undefined;
  readonly before?: string | undefined;
}

interface Subjects {
  readonly sender: Sender;
  /** By subject. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly bootstrap: string;
}

async function measureAll(
  subjects: Subjects,
  cases: readonly Case[],
  tell: (line: string) => void,
): Promise<Row[]> {
  const runs: Row[][] = cases.map(() => []);
  const warm = new Set<string>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, each] of cases.entries()) {
      // The round before the first one warms everything up; the ceilings do that by themselves.
      if (round === 0 && each.subject.startsWith('ceiling')) continue;
      const isFirst = !warm.has(`${each.subject} ${each.mode}`);
      warm.add(`${each.subject} ${each.mode}`);
      const warmUp = isFirst ? firstWarmUpSeconds : warmUpSeconds;
      const measured = await run(subjects, each, round === 0 ? warmUp : seconds);
      tell(JSON.stringify({ round, ...each, ...measured }));
      if (round > 0) runs[index]?.push({ ...each, ...measured });
    }
  }
  return runs.map(medianRow);
}

async function run(subjects: Subjects, each: Case, duration: number): Promise<Measured> {
  const { subject, mode, connections, partitions, sinks } = each;
  const target = { bootstrap: subjects.bootstrap, topic: topicName(partitions, 0) };
  if (subject === 'ceiling') return await ceiling(target);
  if (subject === 'ceiling alone') return await ceilingAlone(target);
  const server = subjects.servers.get(subject);
  if (server === undefined) throw new Error(`no ${subject}`);
  const paths = Array.from({ length: Math.max(1, sinks) }, (_, index) =>
    subject.startsWith('floor') ? '/' : `/${namespace}/${topicName(partitions, index)}`,
  );
  const eventsPerRequest = mode === 'batch' ? batchSize : 1;
  const load = { port: server.port, connections, paths, eventsPerRequest, seconds: duration };
  return await measure(subjects.sender, server, load);
}

interface Place {
  readonly server: TestApiServer;
  readonly kafka: TestKafka;
  readonly checkout: string;
}

/** The topics that the cases need, with a sink for each. */
async function prepare({ server, kafka, checkout }: Place, cases: readonly Case[]): Promise<void> {
  await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
  await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  await server.kubectl(['create', 'namespace', namespace]);
  const topics = [1, 12].flatMap((partitions) => {
    const count = Math.max(
      1,
      ...cases.filter((each) => each.partitions === partitions).map(({ sinks }) => sinks),
    );
    return Array.from({ length: count }, (_, index) => ({ topic: topicName(partitions, index), partitions }));
  });
  const addressGuard = createAddressGuard({ allowed: loopbackAddresses });
  const connection = { bootstrapServers: [kafka.bootstrap], clientId: 'bench', addressGuard };
  for (const topic of topics)
    await createIdentifiedTopic({
      ...connection,
      ...topic,
      replicationFactor: 1,
      timeoutMs: 10_000,
    });
  const items = topics.map(({ topic }) => kafkaSink(topic, kafka.bootstrap));
  await server.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

const kafkaSink = (topic: string, bootstrap: string) => ({
  apiVersion: 'eventing.knative.dev/v1alpha1',
  kind: 'KafkaSink',
  metadata: { name: topic, namespace },
  spec: { topic, bootstrapServers: [bootstrap] },
});
