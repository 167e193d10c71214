import type { Clock, Logger } from '@event-sinks/runtime';
import { noMetrics, type ReconcileMetrics } from './reconcile-metrics.ts';
import { ReconcilePasses } from './reconcile-passes.ts';
import { WorkQueue } from './work-queue.ts';

/** What a pass found: nothing more to do until something changes, or to be looked at again in a while. */
export type ReconcileResult = { readonly done: true } | { readonly requeueAfterMs: number };

/** What a pass is given beside its key. */
export interface ReconcileContext {
  /** Carries `reconcileId`, `loop`, and what the key says. */
  readonly logger: Logger;
  /** Aborts at the pass's time limit and when the loop's signal aborts; every call must be given it. */
  readonly signal: AbortSignal;
}

/** What {@link createReconcileLoop} takes. */
export interface ReconcileLoopOptions {
  /** Name of the loop in logs and metrics, such as `job-sink`. */
  readonly name: string;
  /**
   * Brings one object to where it should be. It is given a key and never an event, so it must look for itself,
   * and it may be called again at any time. Throwing means: try again, later each time; a `TerminalError`
   * means: do not.
   */
  readonly reconcile: (key: string, context: ReconcileContext) => Promise<ReconcileResult>;
  /** How many keys are worked on at once. */
  readonly workers: number;
  /** Milliseconds for one pass; 60,000 by default. */
  readonly timeoutMs?: number | undefined;
  /** The longest wait of a failing key, in milliseconds; 60,000 by default. */
  readonly backoffCapMs?: number | undefined;
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics?: ReconcileMetrics | undefined;
}

/** Works on keys until it is stopped. */
export interface ReconcileLoop {
  /** Asks for a pass over `key`; before `start` it waits. */
  enqueue(key: string): void;
  /** Starts the workers; when `signal` aborts, running passes are told to give up and the loop ends. */
  start(signal: AbortSignal): void;
  /** Starts no further pass; resolves when those that run have ended, which they do by themselves. */
  stop(): Promise<void>;
  readonly queue: WorkQueue;
}

/** Makes a loop; retries, time limits, metrics and log context are its business and not the reconciler's. */
export function createReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const queue = new WorkQueue(options);
  const passes = new ReconcilePasses({ ...options, metrics: options.metrics ?? noMetrics, queue });
  let started = false;

  const work = async (signal: AbortSignal): Promise<void> => {
    for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
      await passes.run(key, signal);
    }
  };

  return {
    queue,
    enqueue: (key) => {
      queue.add(key);
    },
    start: (signal) => {
      if (started) throw new Error('a reconcile loop can be started once');
      started = true;
      const end = (): void => {
        void queue.shutDown();
      };
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
      for (let worker = 0; worker < options.workers; worker += 1) void work(signal);
    },
    stop: () => queue.shutDown(),
  };
}
