import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { eventually, freePorts } from '@event-sinks/testing';
import { residentMiB } from '../../bench/measure.ts';

/** How a producer process is started. */
export interface ProducerOptions {
  /** What Node is called with. */
  readonly program: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly adopt: (child: ChildProcess) => ChildProcess;
}

const sampleMs = 500;

/** The producer as a process, which can be ended and started again on its port. */
export class ProducerProcess {
  readonly url: string;
  readonly #start: () => ChildProcess;
  readonly #sampling: NodeJS.Timeout;
  #child: ChildProcess;
  /** The most memory that was seen, in MiB. */
  peakMiB = 0;

  private constructor(port: number, start: () => ChildProcess) {
    this.url = `http://127.0.0.1:${port}`;
    this.#start = start;
    this.#child = start();
    this.#sampling = setInterval(() => {
      if (!this.ended) this.peakMiB = Math.max(this.peakMiB, this.residentMiB());
    }, sampleMs).unref();
  }

  /** Resolves when the process is ready. */
  static async start({ program, env, logFile, adopt }: ProducerOptions): Promise<ProducerProcess> {
    const [port = 0] = await freePorts(1);
    const log = openSync(logFile, 'a');
    const settings = { ...env, PORT: String(port), METRICS_PORT: '0', LOG_LEVEL: 'warn' };
    const started = new ProducerProcess(port, () =>
      adopt(spawn(process.execPath, [...program], { env: settings, stdio: ['ignore', log, log] })),
    );
    await started.ready();
    return started;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  residentMiB(): number {
    return residentMiB(this.#child.pid ?? 0);
  }

  async ready(): Promise<void> {
    await eventually(
      async () => {
        const { status } = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) });
        if (status !== 200) throw new Error(`not ready: ${status}`);
      },
      { timeoutMs: 30_000, intervalMs: 25 },
    );
  }

  /** Resolves when the probe of a sink says that it is served. */
  async serves(namespace: string, name: string): Promise<void> {
    const headers = { 'k-network-probe': 'probe', 'k-network-hash': 'any' };
    await eventually(
      async () => {
        const { status } = await fetch(`${this.url}/${namespace}/${name}`, { headers });
        if (status !== 200) throw new Error(`${name} is not served: ${status}`);
      },
      { timeoutMs: 30_000, intervalMs: 50 },
    );
  }

  /** Ends the process by a signal and starts it again, as a Deployment does; resolves when it is ready. */
  async restart(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#child.kill(signal);
    if (!this.ended) await once(this.#child, 'exit');
    this.#child = this.#start();
    await this.ready();
  }

  async stop(): Promise<void> {
    clearInterval(this.#sampling);
    this.#child.kill('SIGKILL');
    if (!this.ended) await once(this.#child, 'exit');
  }
}
