import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { KubeObject } from '@event-sinks/kube';
import { loadConfig, systemClock } from '@event-sinks/runtime';
import { eventually, recordingLogger, type LoggedLine } from '@event-sinks/testing';
import { createApp } from '../src/app.ts';
import { configSchema } from '../src/config.ts';

type Environment = Readonly<Record<string, string>>;

/** A producer in this process. */
export interface Producer {
  readonly url: string;
  readonly metricsUrl: string;
  readonly lines: readonly LoggedLine[];
  stop(): Promise<void>;
}

/** Puts the whole app together as `main.ts` does, on free ports. */
export async function startProducer(kubeconfig: string, env: Environment = {}): Promise<Producer> {
  const settings = { PORT: '0', METRICS_PORT: '0', DRAIN_DELAY: '0s', KUBECONFIG: kubeconfig, ...env };
  const logger = recordingLogger();
  const config = loadConfig(configSchema, settings);
  const app = createApp({ config, logger, clock: systemClock, random: Math.random });
  await app.start();
  const { http, metrics } = app.ports();
  return {
    url: `http://127.0.0.1:${http}`,
    metricsUrl: `http://127.0.0.1:${metrics}`,
    lines: logger.lines,
    stop: () => app.stop(),
  };
}

/** A producer in a process of its own, for what only a process can suffer. */
export interface ProducerProcess {
  readonly url: string;
  /** Sends the signal and resolves with how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Resolves when the process is ready. Its log is shown only when it fails to start. */
export async function startProducerProcess(port: number, env: Environment): Promise<ProducerProcess> {
  const settings = { PORT: String(port), METRICS_PORT: '0', LOG_LEVEL: 'warn', ...env };
  const child = spawn(process.execPath, [main], { env: settings, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`the producer did not start: ${output}`);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
    },
    { timeoutMs: 30_000 },
  );
  return { url, end: (signal) => endProcess(child, signal) };
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return { code: child.exitCode, signal: child.signalCode };
}

/** Headers of a small event, with whatever a test changes. */
export function eventHeaders(change: Environment = {}): Record<string, string> {
  return {
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    'ce-source': '/shop/till',
    'ce-type': 'order.placed',
    'ce-id': '1',
    ...change,
  };
}

/** What a sender sees of an answer. */
export interface Answer {
  readonly status: number;
  readonly reason: string | null;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** Posts an event and reads the answer to its end. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>> = eventHeaders(),
  body: string | Uint8Array<ArrayBuffer> = '{"total":12345678901234567890}',
): Promise<Answer> {
  const response = await fetch(url, { method: 'POST', headers, body });
  return {
    status: response.status,
    reason: response.headers.get('reason'),
    retryAfter: response.headers.get('retry-after'),
    body: await response.text(),
  };
}

/** An event that was stored, for comparison. */
export const stored: Answer = { status: 202, reason: null, retryAfter: null, body: '' };

/** Resolves with the sink's URL when the producer serves this version of it, as the controller would ask. */
export async function servedUrl(base: string, { metadata }: KubeObject): Promise<string> {
  const url = `${base}/${metadata.namespace ?? ''}/${metadata.name}`;
  const hash = `${metadata.uid ?? ''}/${metadata.generation ?? 0}`;
  await eventually(async () => {
    const answer = await fetch(url, { headers: { 'K-Network-Probe': 'probe', 'K-Network-Hash': hash } });
    expect([answer.status, answer.headers.get('K-Network-Hash')]).toEqual([200, hash]);
  });
  return url;
}
