import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pidsWithEnvironment, signalProcess, startTicks } from './proc.ts';
import { waitUntil, WaitingIsFutile } from './shell.ts';

/** A process to keep running after this one has ended. */
export interface KeptProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

interface PidRecord {
  readonly pid: number;
  /** Start time in clock ticks since boot: a pid alone may be another process's by now. */
  readonly startTicks: string;
  readonly command: string;
}

/** Inherited by children too (a container's shim, say), so that what lost its record is still found. */
const markVariable = 'EVENT_SINKS_KEPT_FOR';

/**
 * Starts processes that outlive this one and ends them by their own pid, also from a later run: each leaves a
 * record of pid and start time, and only a process that still matches its record is ever signalled.
 */
export class ProcessKeeper {
  readonly #pidDir: string;
  readonly #logDir: string;

  readonly #mark: string;

  /** @param stateDir the folder for records and logs; it also marks the processes as this keeper's. */
  constructor(stateDir: string) {
    this.#mark = stateDir;
    this.#pidDir = join(stateDir, 'pids');
    this.#logDir = join(stateDir, 'logs');
  }

  logFile(name: string): string {
    return join(this.#logDir, `${name}.log`);
  }

  /** The pid of a kept process that still runs. */
  pidOf(name: string): number | undefined {
    const record = this.#read(name);
    return record !== undefined && startTicks(record.pid) === record.startTicks ? record.pid : undefined;
  }

  /** Starts the process, unless it runs already with the same command line; with another it is replaced. */
  async ensure(kept: KeptProcess): Promise<'started' | 'running'> {
    const command = [kept.command, ...kept.args].join(' ');
    if (this.pidOf(kept.name) !== undefined) {
      if (this.#read(kept.name)?.command === command) return 'running';
      await this.stop(kept.name);
    }
    this.#start(kept, command);
    return 'started';
  }

  /** Ends the process: SIGTERM, and SIGKILL after `graceMs`. Returns when it is gone. */
  async stop(name: string, graceMs = 10_000): Promise<void> {
    const pid = this.pidOf(name);
    if (pid !== undefined) {
      signalProcess(pid, 'SIGTERM');
      const gone = (): boolean => this.pidOf(name) === undefined;
      await waitUntil(`the end of ${name} (pid ${pid})`, gone, { timeoutMs: graceMs, intervalMs: 20 }).catch(
        () => {
          signalProcess(pid, 'SIGKILL');
        },
      );
      await waitUntil(`the end of ${name} (pid ${pid}) by SIGKILL`, gone, {
        timeoutMs: 10_000,
        intervalMs: 20,
      });
    }
    rmSync(this.#pidFile(name), { force: true });
  }

  /** Names of all processes that were ever started and not stopped. */
  names(): string[] {
    if (!existsSync(this.#pidDir)) return [];
    return readdirSync(this.#pidDir)
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length));
  }

  /** Ends what is ours by its mark but has no record: started just before a kill, or a child left behind. */
  async sweep(): Promise<void> {
    const killAll = (): boolean => {
      // Each time anew: a process may have forked just before it was killed.
      const left = pidsWithEnvironment(`${markVariable}=${this.#mark}`);
      for (const pid of left) signalProcess(pid, 'SIGKILL');
      return left.length === 0;
    };
    await waitUntil('the end of left-over processes', killAll, { timeoutMs: 10_000 });
  }

  /** The last lines of a process's log, for a message about what went wrong. */
  logTail(name: string, lines = 12): string {
    const file = this.logFile(name);
    if (!existsSync(file)) return '(no log)';
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }

  /** @throws Error with the end of its log when the process does not run. */
  assertRunning(name: string): void {
    if (this.pidOf(name) !== undefined) return;
    throw new WaitingIsFutile(`${name} has ended. The end of ${this.logFile(name)}:\n${this.logTail(name)}`);
  }

  #start(kept: KeptProcess, command: string): void {
    mkdirSync(this.#pidDir, { recursive: true });
    mkdirSync(this.#logDir, { recursive: true });
    const log = openSync(this.logFile(kept.name), 'a');
    try {
      const child = spawn(kept.command, kept.args, {
        detached: true,
        stdio: ['ignore', log, log],
        cwd: '/',
        env: { ...process.env, ...kept.env, [markVariable]: this.#mark },
      });
      if (child.pid === undefined) throw new Error(`${kept.command} could not be started`);
      child.on('error', () => undefined);
      child.unref();
      const record: PidRecord = { pid: child.pid, startTicks: startTicks(child.pid) ?? '', command };
      writeFileSync(this.#pidFile(kept.name), JSON.stringify(record));
    } finally {
      closeSync(log);
    }
  }

  #read(name: string): PidRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#pidFile(name), 'utf8')) as PidRecord;
    } catch {
      return undefined;
    }
  }

  #pidFile(name: string): string {
    return join(this.#pidDir, `${name}.json`);
  }
}
