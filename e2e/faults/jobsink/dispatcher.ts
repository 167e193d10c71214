import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePorts } from '@event-sinks/testing';
import type { ApiFaultProxy } from '../proxy/proxy.ts';
import type { Setting } from './setting.ts';

type Environment = Readonly<Record<string, string>>;

/** A dispatcher process with a port and a way to the API server of its own. */
export class Dispatcher {
  readonly url: string;
  readonly port: number;
  readonly proxy: ApiFaultProxy;
  readonly #start: () => ChildProcess;
  #child: ChildProcess;

  private constructor(port: number, proxy: ApiFaultProxy, start: () => ChildProcess) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.proxy = proxy;
    this.#start = start;
    this.#child = start();
  }

  /** Resolves when the process is ready. */
  static async start(setting: Setting, name: string, env: Environment = {}): Promise<Dispatcher> {
    const [port = 0] = await freePorts(1);
    const { proxy, kubeconfig } = await setting.proxied(name);
    const log = openSync(join(setting.folder, `${name}.log`), 'a');
    const settings = {
      KUBECONFIG: kubeconfig,
      PORT: String(port),
      METRICS_PORT: '0',
      LOG_LEVEL: 'warn',
      ...env,
    };
    const dispatcher = new Dispatcher(port, proxy, () =>
      setting.adopt(
        spawn(process.execPath, [...setting.program], { env: settings, stdio: ['ignore', log, log] }),
      ),
    );
    await dispatcher.ready();
    return dispatcher;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** Whether the process has ended. */
  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Resolves when events are taken. */
  async ready(): Promise<void> {
    await eventually(
      async () => {
        const { status } = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(1_000) });
        if (status !== 200) throw new Error(`not ready: ${status}`);
      },
      { timeoutMs: 30_000, intervalMs: 25 },
    );
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Waits for the process to end and starts it again, as a Deployment does; resolves when it is ready. */
  async restarted(): Promise<void> {
    await this.exited();
    this.#child = this.#start();
    await this.ready();
  }

  /** Resolves with the exit code, or with undefined after a signal. */
  async exited(): Promise<number | undefined> {
    if (!this.ended) await once(this.#child, 'exit');
    return this.#child.exitCode ?? undefined;
  }

  async stop(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited();
  }
}
