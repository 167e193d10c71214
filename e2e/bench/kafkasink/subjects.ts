import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePorts, loopbackAddresses } from '@event-sinks/testing';
import { imageFlags } from '../../support/image-flags.ts';
import { cpuMicros, residentMiB } from '../measure.ts';
import { startProgram, type AskedProgram } from './asked-program.ts';
import type { Measured } from './ceiling.ts';
import type { Load, LoadResult } from './load.ts';

/** A process that takes events. */
export interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

/** A kafka-sink to start. */
export interface ProducerBuild {
  readonly checkout: string;
  readonly bundle: string;
  readonly kubeconfig: string;
}

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Starts one producer as its image does: the bundle alone in a folder, so that it finds no module beside it. */
export async function startProducer({ checkout, bundle, kubeconfig }: ProducerBuild): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'event-sinks-bench-'));
  const main = join(folder, 'main.mjs');
  await cp(bundle, main);
  const allowed = { KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join() };
  const settings = { NODE_ENV: 'production', METRICS_PORT: '0', LOG_LEVEL: 'warn', ...allowed };
  const env = { ...settings, KUBECONFIG: kubeconfig };
  const server = await startServer([...imageFlags(checkout, 'kafka-sink'), main], env);
  // Node has read the one file that there is.
  await rm(folder, { recursive: true });
  return server;
}

/** Starts the bare HTTP server that everything is compared with. */
export async function startFloor(checkout: string): Promise<Server> {
  return await startServer([...imageFlags(checkout, 'kafka-sink'), program('floor.ts')], {});
}

/** Starts the bare HTTP server that sends each body to the topic by itself. */
export async function startFloorAlone(
  checkout: string,
  settings: { readonly BOOTSTRAP: string; readonly TOPIC: string },
): Promise<Server> {
  return await startServer([...imageFlags(checkout, 'kafka-sink'), program('floor-alone.ts')], settings);
}

async function startServer(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Server> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [...args], {
    env: { PATH: process.env['PATH'] ?? '', PORT: String(port), ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`${args.at(-1) ?? ''} ended with ${child.exitCode}`);
      // The floors answer everything as an event.
      const { status } = await fetch(`http://127.0.0.1:${port}/readyz`);
      if (status !== 200 && status !== 202) throw new Error(`not ready: ${status}`);
    },
    { timeoutMs: 30_000 },
  );
  return { child, port };
}

/** A process that sends events over sockets of its own. */
export type Sender = AskedProgram<Load, LoadResult>;

/** Starts the sending process; it shares the processors with what it measures, so it does as little as it can. */
export const startSender = (): Sender => startProgram('./load.ts');

/** Sends and looks at what the server used meanwhile. */
export async function measure(sender: Sender, { child }: Server, load: Load): Promise<Measured> {
  const pid = child.pid ?? 0;
  const before = cpuMicros(pid);
  const { events, seconds, p50Ms, p99Ms } = await sender.ask(load);
  const cpuMicrosPerEvent = (cpuMicros(pid) - before) / events;
  return { eventsPerSecond: events / seconds, p50Ms, p99Ms, cpuMicrosPerEvent, rssMiB: residentMiB(pid) };
}
