import { spawn } from 'node:child_process';
import { toolCommand } from './command.ts';
import { formatterProperties, parseConsoleRecords, type ConsoleRecord } from './console-records.ts';
import type { KafkaDistribution } from './distribution.ts';

/** Which Kafka a tool comes from and which cluster it talks to. */
export interface ToolTarget {
  readonly distribution: KafkaDistribution;
  /** `host:port` of a broker. */
  readonly bootstrap: string;
}

/** A topic to create. */
export interface NewTopic {
  readonly topic: string;
  /** 1 by default. */
  readonly partitions?: number;
  /** 1 by default. */
  readonly replicationFactor?: number;
  /** The brokers of each partition, its leader first, instead of the two numbers above. */
  readonly assignment?: readonly (readonly number[])[];
  /** Topic settings such as `max.message.bytes`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** What to read with Kafka's console consumer. */
export interface ConsumeRequest {
  readonly topic: string;
  /** Stop after this many records. */
  readonly count: number;
  /** Stop after this long without a record, also when fewer came; milliseconds, 10,000 by default. */
  readonly timeoutMs?: number;
}

/** Creates a topic. @throws Error with the tool's own words, also when the topic is there already. */
export async function createTopic(target: ToolTarget, topic: NewTopic): Promise<string> {
  const config = Object.entries(topic.config ?? {}).flatMap(([key, value]) => [
    '--config',
    `${key}=${value}`,
  ]);
  return await topicCommand(target, [
    ...['--create', '--topic', topic.topic, ...replicasOf(topic), ...config],
  ]);
}

function replicasOf({ assignment, partitions = 1, replicationFactor = 1 }: NewTopic): string[] {
  if (assignment !== undefined)
    return ['--replica-assignment', assignment.map((brokers) => brokers.join(':')).join()];
  return ['--partitions', String(partitions), '--replication-factor', String(replicationFactor)];
}

/** Deletes a topic. */
export async function deleteTopic(target: ToolTarget, topic: string): Promise<string> {
  return await topicCommand(target, ['--delete', '--topic', topic]);
}

/** Adds partitions to a topic until it has `partitions`. */
export async function addPartitions(target: ToolTarget, topic: string, partitions: number): Promise<void> {
  await topicCommand(target, ['--alter', '--topic', topic, '--partitions', String(partitions)]);
}

/** Every topic of the cluster, Kafka's own excluded. */
export async function listTopics(target: ToolTarget): Promise<string[]> {
  const raw = await topicCommand(target, ['--list', '--exclude-internal']);
  return raw.split('\n').filter((line) => line !== '');
}

/** The node that leads each partition of a topic, by partition; partitions without a leader are left out. */
export async function partitionLeaders(
  target: ToolTarget,
  topic: string,
): Promise<ReadonlyMap<number, number>> {
  const raw = await topicCommand(target, ['--describe', '--topic', topic]);
  const found = raw.matchAll(/Partition:\s*(\d+)\s+Leader:\s*(\d+)/g);
  return new Map([...found].map(([, partition, leader]) => [Number(partition), Number(leader)]));
}

/** Reads records from the beginning, with Java's own consumer; fewer than asked for when the time is up. */
export async function consume(
  { distribution, bootstrap }: ToolTarget,
  { topic, count, timeoutMs = 10_000 }: ConsumeRequest,
): Promise<{ records: ConsoleRecord[]; raw: Buffer }> {
  const raw = await runTool(
    distribution,
    'org.apache.kafka.tools.consumer.ConsoleConsumer',
    [
      ...['--bootstrap-server', bootstrap, '--topic', topic, '--from-beginning'],
      ...['--max-messages', String(count), '--timeout-ms', String(timeoutMs)],
      ...formatterProperties.flatMap((property) => ['--formatter-property', property]),
    ],
    { timeoutMs: timeoutMs + 60_000 },
  );
  return { records: parseConsoleRecords(raw), raw };
}

/** The next offset of each partition of a topic, by partition. */
export async function endOffsets(
  { distribution, bootstrap }: ToolTarget,
  topic: string,
): Promise<{ offsets: ReadonlyMap<number, number>; raw: string }> {
  const raw = await runTool(distribution, 'org.apache.kafka.tools.GetOffsetShell', [
    ...['--bootstrap-server', bootstrap, '--topic', topic],
  ]);
  return { offsets: parseEndOffsets(raw.toString()), raw: raw.toString() };
}

/** Reads lines of `topic:partition:offset`. */
export function parseEndOffsets(raw: string): ReadonlyMap<number, number> {
  const lines = raw.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [partition, offset] = line.split(':').slice(-2).map(Number);
      if (partition === undefined || offset === undefined || Number.isNaN(partition + offset)) {
        throw new Error(`not a line of GetOffsetShell: ${line}`);
      }
      return [partition, offset] as const;
    }),
  );
}

/** Runs one of Kafka's tools by its main class. @returns its standard output. @throws Error with its own words. */
export async function runTool(
  distribution: KafkaDistribution,
  mainClass: string,
  args: readonly string[],
  { timeoutMs = 60_000 }: { timeoutMs?: number } = {},
): Promise<Buffer> {
  const { command, args: all, env } = toolCommand(distribution, mainClass, args);
  return await new Promise((resolve, reject) => {
    const child = spawn(command, all, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const words = Buffer.concat(code === 0 ? out : [...err, ...out]);
      const ending = signal === null ? String(code) : `${signal} after ${timeoutMs / 1000} s at most`;
      if (code === 0) resolve(words);
      else reject(new Error(`${mainClass} ended with ${ending}: ${words.toString().slice(-2000)}`));
    });
  });
}

async function topicCommand(
  { distribution, bootstrap }: ToolTarget,
  args: readonly string[],
): Promise<string> {
  const all = ['--bootstrap-server', bootstrap, ...args];
  return (await runTool(distribution, 'org.apache.kafka.tools.TopicCommand', all)).toString();
}
