import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureKafka, readSettings, startBroker, type Broker } from '@event-sinks/platform';
import { freePorts } from './free-ports.ts';
import { kafkaTools, type KafkaTools } from './kafka-tools.ts';
import { pauseProcess } from './pause-process.ts';

/** A real Kafka for one test file; every look into it goes through Kafka's own Java tools. */
export interface TestKafka extends KafkaTools {
  /** `host:port`. */
  readonly bootstrap: string;
  /** The broker's process. @throws Error while it is stopped. */
  pid(): number;
  /** Freezes the broker; resolves when none of its threads runs any more. */
  pause(): Promise<void>;
  /** Lets the frozen broker go on. */
  resume(): void;
  /** Ends the broker; its data and its port stay. */
  stop(): Promise<void>;
  /** Starts the stopped broker again. */
  start(): Promise<void>;
  /** Ends the broker and removes its data. */
  close(): Promise<void>;
}

/** What a broker takes that is more than plain. */
export interface TestKafkaExtras {
  /** Java heap in MiB, 256 by default. */
  readonly heapMb?: number;
  /** The port of its plain listener and of its controller; free ones by default. */
  readonly ports?: { readonly plain: number; readonly controller: number };
  readonly javaFlags?: readonly string[];
  /** As `kafka-storage format --add-scram` takes them. */
  readonly scramUsers?: readonly string[];
}

/** Starts a broker on free ports of 127.0.0.1. A missing Java or Maven fails here. */
export async function startTestKafka(
  properties: Readonly<Record<string, string>> = {},
  { ports, ...extras }: TestKafkaExtras = {},
): Promise<TestKafka> {
  const distribution = await ensureKafka({
    cacheDir: readSettings(process.env).cacheDir,
    log: () => undefined,
  });
  const dir = await mkdtemp(join(tmpdir(), 'event-sinks-kafka-'));
  const [freePort = 0, freeControllerPort = 0] = ports === undefined ? await freePorts(2) : [];
  const { plain: port, controller: controllerPort } = ports ?? {
    plain: freePort,
    controller: freeControllerPort,
  };
  const settings = {
    ...{ distribution, dataDir: join(dir, 'data'), logFile: join(dir, 'broker.log') },
    ...{ host: '127.0.0.1', port, controllerPort, heapMb: 256, properties, ...extras },
  };
  let broker: Broker | undefined = await startBroker(settings);
  const { bootstrap } = broker;
  const stop = async (): Promise<void> => {
    await broker?.stop();
    broker = undefined;
  };
  return {
    bootstrap,
    ...kafkaTools({ distribution, bootstrap }),
    pid: () => requirePid(broker),
    pause: () => pauseProcess(requirePid(broker)),
    resume: () => {
      process.kill(requirePid(broker), 'SIGCONT');
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

/** @throws Error while there is no process. */
export function requirePid(broker: Broker | undefined): number {
  if (broker === undefined) throw new Error('the broker is stopped');
  return broker.pid;
}
