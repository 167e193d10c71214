import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  consume,
  createTopic,
  deleteTopic,
  endOffsets,
  ensureKafka,
  listTopics,
  readSettings,
  startBroker,
  type Broker,
  type ConsoleRecord,
  type NewTopic,
} from '@event-sinks/platform';
import { freePorts } from './free-ports.ts';
import { pauseProcess } from './pause-process.ts';

/** A real Kafka for one test file; every look into it goes through Kafka's own Java tools. */
export interface TestKafka {
  /** `host:port`. */
  readonly bootstrap: string;
  /** The broker's process. */
  pid(): number;
  /** Freezes the broker; resolves when none of its threads runs any more. */
  pause(): Promise<void>;
  /** Lets the frozen broker go on. */
  resume(): void;
  createTopic(topic: NewTopic): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  listTopics(): Promise<string[]>;
  /** The first `count` records of a topic, read by Java's console consumer. */
  consume(topic: string, count: number, timeoutMs?: number): Promise<ConsoleRecord[]>;
  /** How many records the topic has, over all partitions. */
  recordCount(topic: string): Promise<number>;
  /** Ends the broker; its data and its port stay. */
  stop(): Promise<void>;
  /** Starts the stopped broker again. */
  start(): Promise<void>;
  /** Ends the broker and removes its data. */
  close(): Promise<void>;
}

/** Starts a broker on free ports of 127.0.0.1. A missing Java or Maven fails here. */
export async function startTestKafka(properties: Readonly<Record<string, string>> = {}): Promise<TestKafka> {
  const distribution = await ensureKafka({
    cacheDir: readSettings(process.env).cacheDir,
    log: () => undefined,
  });
  const dir = await mkdtemp(join(tmpdir(), 'event-sinks-kafka-'));
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const settings = {
    ...{ distribution, dataDir: join(dir, 'data'), logFile: join(dir, 'broker.log') },
    ...{ host: '127.0.0.1', port, controllerPort, heapMb: 256, properties },
  };
  let broker: Broker | undefined = await startBroker(settings);
  const target = { distribution, bootstrap: broker.bootstrap };
  const stop = async (): Promise<void> => {
    await broker?.stop();
    broker = undefined;
  };
  return {
    bootstrap: target.bootstrap,
    pid: () => requirePid(broker),
    pause: () => pauseProcess(requirePid(broker)),
    resume: () => {
      process.kill(requirePid(broker), 'SIGCONT');
    },
    createTopic: async (topic) => {
      await createTopic(target, topic);
    },
    deleteTopic: async (topic) => {
      await deleteTopic(target, topic);
    },
    listTopics: () => listTopics(target),
    consume: async (topic, count, timeoutMs = 10_000) =>
      (await consume(target, { topic, count, timeoutMs })).records,
    recordCount: async (topic) => {
      const { offsets } = await endOffsets(target, topic);
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
    },
    stop,
    start: async () => {
      broker ??= await startBroker(settings);
    },
    close: async () => {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function requirePid(broker: Broker | undefined): number {
  if (broker === undefined) throw new Error('the broker is stopped');
  return broker.pid;
}
