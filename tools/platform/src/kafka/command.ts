import { join } from 'node:path';
import type { KafkaDistribution } from './distribution.ts';

/** A process as it is to be started, by whoever keeps it. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where one broker lives and how it is reached; the broker is its own controller unless `voters` says more. */
export interface BrokerSettings {
  readonly distribution: KafkaDistribution;
  /** The broker's own folder: `server.properties` and the log segments. */
  readonly dataDir: string;
  /** Listened on and advertised to clients. */
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  /** 1 by default. */
  readonly nodeId?: number;
  /** The controllers of a cluster of several, as `id@host:port`; only this one by default. */
  readonly voters?: readonly string[];
  /** Java heap in MiB, 512 by default. */
  readonly heapMb?: number;
  /** Written after the defaults, so each of them can be overridden. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Further options of the broker's Java, such as system properties. */
  readonly javaFlags?: readonly string[];
  /** SCRAM users that the storage is formatted with, as `kafka-storage format --add-scram` takes them. */
  readonly scramUsers?: readonly string[];
}

/** One id for every cluster of ours: brokers of different clusters never meet. */
export const clusterId = 'ZXZlbnQtc2lua3Mta2Fma2';

/** The broker's `server.properties`. */
export function propertiesFile(settings: Pick<BrokerSettings, 'dataDir'>): string {
  return join(settings.dataDir, 'server.properties');
}

/** The folder of the log segments, which Kafka formats. */
export function logDir(settings: Pick<BrokerSettings, 'dataDir'>): string {
  return join(settings.dataDir, 'log');
}

/** The content of `server.properties`. */
export function serverProperties(settings: BrokerSettings): string {
  const {
    host,
    port,
    controllerPort,
    nodeId = 1,
    voters = [`${nodeId}@${host}:${controllerPort}`],
  } = settings;
  const all: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': String(nodeId),
    'controller.quorum.voters': voters.join(','),
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://${host}:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDir(settings),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    // 50 partitions by default, each a folder with files; a single broker creates them all at the first consumer.
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'share.coordinator.state.topic.replication.factor': '1',
    'share.coordinator.state.topic.min.isr': '1',
    'share.coordinator.state.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    // 128 MiB by default, taken from the heap at once.
    'log.cleaner.dedupe.buffer.size': '8388608',
    ...settings.properties,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${escapeProperty(value)}\n`)
    .join('');
}

/** A value as `java.util.Properties` reads it back: Kafka opens its files as ISO 8859-1. */
export function escapeProperty(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replace(/^[ \t\f]/, '\\$&')
    .replace(/[^\t\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The command line of the broker. */
export function brokerCommand(settings: BrokerSettings): Command {
  const heap = settings.heapMb ?? 512;
  return java(
    settings.distribution,
    [`-Xmx${heap}m`, `-Xms${Math.min(heap, 128)}m`, ...(settings.javaFlags ?? [])],
    ['kafka.Kafka', propertiesFile(settings)],
  );
}

/** The command line that formats the broker's storage; one that is formatted already is left as it is. */
export function formatCommand(settings: BrokerSettings): Command {
  return toolCommand(settings.distribution, 'kafka.tools.StorageTool', [
    ...['format', '--ignore-formatted'],
    ...['--cluster-id', clusterId],
    ...['--config', propertiesFile(settings)],
    ...(settings.scramUsers ?? []).flatMap((user) => ['--add-scram', user]),
  ]);
}

/** The command line of one of Kafka's own tools, given by its main class. */
export function toolCommand(
  distribution: KafkaDistribution,
  mainClass: string,
  args: readonly string[],
): Command {
  // A tool lives a second or two: the second compiler would not earn its time back.
  return java(distribution, ['-Xmx256m', '-XX:TieredStopAtLevel=1'], [mainClass, ...args]);
}

function java(
  distribution: KafkaDistribution,
  flags: readonly string[],
  program: readonly string[],
): Command {
  const logging = [
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=' + (program[0] === 'kafka.Kafka' ? 'info' : 'warn'),
  ];
  const base = ['-XX:+UseSerialGC', '-XX:+ExitOnOutOfMemoryError', '-Djava.awt.headless=true'];
  const classPath = ['-cp', `${distribution.libDir}/*`];
  // Java options of the person who runs this must not change the broker.
  const env = { JAVA_TOOL_OPTIONS: '', JDK_JAVA_OPTIONS: '' };
  return { command: 'java', args: [...flags, ...base, ...logging, ...classPath, ...program], env };
}
