import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureKafka, readSettings, toolCommand } from '@event-sinks/platform';
import { cpuMicros, residentMiB, type Timing } from '../measure.ts';

/** What a process used while it was measured. */
export interface Measured extends Timing {
  readonly cpuMicrosPerEvent: number;
  readonly rssMiB: number;
}

/** Where a ceiling writes to. */
export interface Target {
  readonly bootstrap: string;
  readonly topic: string;
}

const records = 200_000;

/** Kafka's own performance tool with what the sink promises: records of 1 KiB, acks=all, idempotent. */
export async function ceiling({ bootstrap, topic }: Target): Promise<Measured> {
  const { cacheDir } = readSettings(process.env);
  const distribution = await ensureKafka({ cacheDir, log: () => undefined });
  const { command, args, env } = toolCommand(distribution, 'org.apache.kafka.tools.ProducerPerformance', [
    ...['--topic', topic, '--num-records', String(records), '--record-size', '1024', '--throughput', '-1'],
    ...['--producer-props', `bootstrap.servers=${bootstrap}`, 'acks=all', 'enable.idempotence=true'],
  ]);
  // Tools are started for a second or two and spare the second compiler; this one is to be as fast as it can.
  const fast = args.filter((arg) => arg !== '-XX:TieredStopAtLevel=1');
  const child = spawn(command, fast, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const used = { cpu: 0, rss: 0 };
  const watch = setInterval(() => {
    if (child.exitCode !== null || child.pid === undefined) return;
    used.cpu = cpuMicros(child.pid);
    const rss = residentMiB(child.pid);
    // A process that has ended and is not yet gone has no memory to tell of.
    if (rss > used.rss) used.rss = rss;
  }, 50);
  let out = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  clearInterval(watch);
  if (code !== 0) throw new Error(`ProducerPerformance ended with ${code ?? 'a signal'}: ${out}`);
  return { ...readSummary(out), cpuMicrosPerEvent: used.cpu / records, rssMiB: used.rss };
}

/** The last line: `200000 records sent, 65445.0 records/sec (63.91 MB/sec), … 5 ms 50th, … 20 ms 99th, …`. */
function readSummary(out: string): Timing {
  const line = out.trim().split('\n').at(-1) ?? '';
  const figure = (pattern: RegExp): number => Number(pattern.exec(line)?.[1] ?? Number.NaN);
  return {
    eventsPerSecond: figure(/([\d.]+) records\/sec/),
    p50Ms: figure(/([\d.]+) ms 50th/),
    p99Ms: figure(/([\d.]+) ms 99th/),
  };
}
