import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  brokerAnswers,
  ensureKafka,
  readSettings,
  startBroker,
  waitUntil,
  type Broker,
  type StartBrokerOptions,
} from '@event-sinks/platform';
import { freePorts } from './free-ports.ts';
import { requirePid } from './kafka-broker.ts';
import { kafkaTools, type KafkaTools } from './kafka-tools.ts';
import { pauseProcess } from './pause-process.ts';

/** One broker of a cluster. */
export interface TestClusterNode {
  readonly id: number;
  /** `host:port`. */
  readonly address: string;
  /** The broker's process. @throws Error while it is stopped. */
  pid(): number;
  /** Freezes the broker; resolves when none of its threads runs any more. */
  pause(): Promise<void>;
  /** Lets the frozen broker go on. */
  resume(): void;
  /** SIGTERM; the data and the port stay. */
  stop(): Promise<void>;
  /** SIGKILL, by the process id. */
  kill(): Promise<void>;
  /** Starts the stopped broker again; returns when it serves. */
  start(): Promise<void>;
}

/** Several brokers, each a controller too, so that any minority of them may be gone. */
export interface TestKafkaCluster extends KafkaTools {
  /** Every broker, separated by commas. */
  readonly bootstrap: string;
  readonly nodes: readonly TestClusterNode[];
  close(): Promise<void>;
}

/** Where one broker listens. */
export interface TestNodePorts {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
}

/** What {@link startTestKafkaCluster} takes. */
export interface TestKafkaClusterOptions {
  /** 3 by default. */
  readonly brokers?: number;
  readonly properties?: Readonly<Record<string, string>>;
  /** Properties of one broker, such as a listener of its own; they go over all others. */
  readonly nodeProperties?: (node: TestNodePorts) => Readonly<Record<string, string>>;
  /** MiB for each broker's heap, 224 by default; a broker then takes about 400 MiB of memory. */
  readonly heapMb?: number;
}

/** Brokers that start together share the processors, and none serves before there is a majority. */
const startTimeoutMs = 150_000;

/** Starts a cluster on free ports of 127.0.0.1: replication 3 and min.insync 2 when there are three brokers or more. */
export async function startTestKafkaCluster(
  options: TestKafkaClusterOptions = {},
): Promise<TestKafkaCluster> {
  const { brokers = 3, heapMb = 224 } = options;
  const distribution = await ensureKafka({
    cacheDir: readSettings(process.env).cacheDir,
    log: () => undefined,
  });
  const dir = await mkdtemp(join(tmpdir(), 'event-sinks-kafka-cluster-'));
  const ports = await freePorts(2 * brokers);
  const ids = Array.from({ length: brokers }, (_, index) => index + 1);
  const controllerPort = (id: number): number => ports[brokers + id - 1] ?? 0;
  const voters = ids.map((id) => `${id}@127.0.0.1:${controllerPort(id)}`);
  const nodes = ids.map((id) => {
    const own = { port: ports[id - 1] ?? 0, controllerPort: controllerPort(id) };
    return clusterNode({
      ...{ distribution, host: '127.0.0.1', heapMb, nodeId: id, voters },
      ...own,
      dataDir: join(dir, String(id)),
      logFile: join(dir, `${id}.log`),
      properties: {
        ...replicated(brokers),
        ...options.properties,
        ...options.nodeProperties?.({ id, ...own }),
      },
      startTimeoutMs,
    });
  });
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.kill()));
    await rm(dir, { recursive: true, force: true });
  };
  try {
    // Together: one alone is no majority, and does not serve.
    await Promise.all(nodes.map((node) => node.start()));
    await waitUntil('every broker to know all', () => allKnow(ports.slice(0, brokers)), {
      timeoutMs: 60_000,
    });
  } catch (error) {
    await close();
    throw error;
  }
  const bootstrap = nodes.map(({ address }) => address).join(',');
  return { bootstrap, nodes, ...kafkaTools({ distribution, bootstrap }), close };
}

function clusterNode(settings: StartBrokerOptions & { readonly nodeId: number }): TestClusterNode {
  let broker: Broker | undefined;
  return {
    id: settings.nodeId,
    address: `${settings.host}:${settings.port}`,
    pid: () => requirePid(broker),
    pause: () => pauseProcess(requirePid(broker)),
    resume: () => {
      process.kill(requirePid(broker), 'SIGCONT');
    },
    stop: async () => {
      await broker?.stop();
      broker = undefined;
    },
    kill: async () => {
      if (broker !== undefined) process.kill(broker.pid, 'SIGKILL');
      await broker?.stop();
      broker = undefined;
    },
    start: async () => {
      broker ??= await startBroker(settings);
    },
  };
}

function replicated(brokers: number): Record<string, string> {
  const replicas = String(Math.min(brokers, 3));
  const inSync = String(Math.min(brokers, 2));
  return {
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    // A broker that is killed is to be missed soon, as tests wait for it; the heartbeat's interval is also the
    // time that its answer may take, and three brokers start on few processors.
    'broker.session.timeout.ms': '6000',
    'broker.heartbeat.interval.ms': '2000',
    'replica.lag.time.max.ms': '5000',
    'controller.quorum.fetch.timeout.ms': '4000',
    'controller.quorum.election.timeout.ms': '2000',
    // 128 MiB by default, taken at the start, which a small heap does not have.
    'log.cleaner.dedupe.buffer.size': String(8 * 1024 * 1024),
    'log.cleaner.threads': '1',
  };
}

async function allKnow(ports: readonly number[]): Promise<boolean> {
  const answers = await Promise.all(
    ports.map((port) => brokerAnswers('127.0.0.1', port, { brokers: ports.length })),
  );
  return answers.every(Boolean);
}
