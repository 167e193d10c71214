import type { EventEmitter } from 'node:events';
import { systemClock, type Clock } from './clock.ts';
import type { Logger } from './logger.ts';

/** The parts of Node's `process` that {@link runProcess} uses; an `EventEmitter` with `exit` in tests. */
export type ProcessLike = Pick<EventEmitter, 'on' | 'off'> & { exit(code: number): void };

/** What {@link runProcess} takes. */
export interface RunProcessOptions {
  /** Resolves when the process is at work. */
  start(): Promise<void>;
  /** Finishes what is in flight; called once, also while `start` is still pending or after it failed. */
  stop(): Promise<void>;
  readonly logger: Logger;
  /** Milliseconds that `stop` may take before the process ends anyway, with code 1. */
  readonly graceMs: number;
  /** `SIGTERM` and `SIGINT` by default. */
  readonly signals?: readonly NodeJS.Signals[];
  readonly process?: ProcessLike;
  readonly clock?: Clock;
}

type Stopping =
  | { readonly why: 'signal'; readonly signal: string }
  | { readonly why: 'start failed'; readonly error: unknown };

type Ending = Stopping | { readonly why: 'fatal' };

/**
 * Runs a program from start to exit. Resolves with the exit code after handing it to `process.exit`: 0 after a
 * signal and a clean stop, 1 otherwise. An uncaught error ends the process at once, without `stop`, because
 * nothing is known about the state it left behind.
 */
export async function runProcess(options: RunProcessOptions): Promise<number> {
  const host = options.process ?? process;
  const ending = await waitForEnding(options, host);
  if (ending.why === 'fatal') return 1;
  const code = await end(ending, options);
  host.exit(code);
  return code;
}

function waitForEnding(options: RunProcessOptions, host: ProcessLike): Promise<Ending> {
  return new Promise((resolve) => {
    for (const signal of options.signals ?? ['SIGTERM', 'SIGINT']) {
      // Stays on for good: without a listener, a second signal would kill the process in mid-drain.
      host.on(signal, () => {
        resolve({ why: 'signal', signal });
      });
    }
    for (const event of ['uncaughtException', 'unhandledRejection']) {
      host.on(event, (error: unknown) => {
        options.logger.error('Uncaught error, exiting', { event, error });
        // Here and not after the stop: it may come during the stop, which may then never end.
        host.exit(1);
        resolve({ why: 'fatal' });
      });
    }
    start(options).catch((error: unknown) => {
      resolve({ why: 'start failed', error });
    });
  });
}

async function start(options: RunProcessOptions): Promise<void> {
  await options.start();
  options.logger.info('Started');
}

async function end(ending: Stopping, options: RunProcessOptions): Promise<number> {
  switch (ending.why) {
    case 'start failed':
      options.logger.error('Start failed', { error: ending.error });
      await stopInTime(options);
      return 1;
    case 'signal':
      options.logger.info('Stopping', { signal: ending.signal });
      return (await stopInTime(options)) ? 0 : 1;
  }
}

async function stopInTime(options: RunProcessOptions): Promise<boolean> {
  const { logger, graceMs, clock = systemClock } = options;
  const stopped = new AbortController();
  try {
    const outcome = await Promise.race([
      options.stop().then(() => 'stopped'),
      clock.sleep(graceMs, stopped.signal).then(() => 'overdue'),
    ]);
    if (outcome === 'stopped') logger.info('Stopped');
    else logger.error('Stop took longer than the grace period, exiting', { graceMs });
    return outcome === 'stopped';
  } catch (error) {
    logger.error('Stop failed', { error });
    return false;
  } finally {
    stopped.abort();
  }
}
