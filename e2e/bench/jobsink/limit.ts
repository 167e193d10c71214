import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestApiServer } from '@event-sinks/testing';
import type { Timing } from '../measure.ts';

/** What one run consists of. */
export interface Load {
  readonly namespace: string;
  readonly count: number;
  readonly inFlight: number;
}

/** What one run showed. */
export interface Measured extends Timing {
  /** Operations that reached the API server, those before the measurement included. */
  readonly operations: number;
  readonly cpuMicrosPerEvent: number;
  readonly rssMiB: number;
}

/** The limit runs in a process of its own, as the dispatcher does. */
export async function limitLoop(server: TestApiServer, load: Load): Promise<Measured> {
  const program = fileURLToPath(new URL('limit-loop.ts', import.meta.url));
  const argument = JSON.stringify({ kubeconfig: server.kubeconfig, ...load });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the limit loop ended with code ${code}`);
  return JSON.parse(out) as Measured;
}
