import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Command } from './command.ts';

/** A process that was started; whoever keeps processes in another way provides the same. */
export interface RunningProcess {
  readonly pid: number;
  hasEnded(): boolean;
  /** SIGTERM, and SIGKILL after `graceMs`; returns when the process is gone. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a child that is killed when this process exits, with both of its outputs appended to a file. */
export function spawnChild({ command, args, env }: Command, logFile: string): RunningProcess {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log, log], env: { ...process.env, ...env } });
  closeSync(log);
  if (child.pid === undefined) {
    child.on('error', () => undefined);
    throw new Error(`${command} could not be started`);
  }
  const killAtExit = (): void => void child.kill('SIGKILL');
  process.once('exit', killAtExit);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', killAtExit);
      resolve();
    });
  });
  return {
    pid: child.pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async stop(graceMs) {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(killer);
    },
  };
}
