import { randomUUID } from 'node:crypto';
import type { Logger } from '@event-sinks/runtime';
import type { ReconcileLoopOptions, ReconcileResult } from './reconcile-loop.ts';
import type { ReconcileMetrics, ReconcileOutcome } from './reconcile-metrics.ts';
import { isTerminal } from './terminal-error.ts';
import type { WorkQueue } from './work-queue.ts';

/** What {@link ReconcilePasses} needs of the loop. */
export interface PassOptions extends ReconcileLoopOptions {
  readonly metrics: ReconcileMetrics;
  readonly queue: WorkQueue;
}

const defaultTimeoutMs = 60_000;

/** The pass ran longer than its limit. */
export class ReconcileTimeoutError extends Error {
  constructor() {
    super('the reconcile took longer than its time limit');
    this.name = 'ReconcileTimeoutError';
  }
}

/** Runs single passes: time limit, log context, and what becomes of the key afterwards. */
export class ReconcilePasses {
  readonly #options: PassOptions;

  constructor(options: PassOptions) {
    this.#options = options;
  }

  /** Never rejects; the key is given back to the queue in every case. */
  async run(key: string, loopSignal: AbortSignal): Promise<void> {
    const { name, clock, queue, metrics } = this.#options;
    const logger = this.#options.logger.child({ loop: name, reconcileId: randomUUID(), ...keyFields(key) });
    const startedAt = clock.monotonic();
    this.#reportQueue();
    const outcome = await this.#attempt(key, loopSignal, logger);
    metrics.reconciled(name, outcome, (clock.monotonic() - startedAt) / 1000);
    queue.done(key);
    this.#reportQueue();
  }

  async #attempt(key: string, loopSignal: AbortSignal, logger: Logger): Promise<ReconcileOutcome> {
    const { clock, timeoutMs = defaultTimeoutMs } = this.#options;
    const controller = new AbortController();
    const follow = (): void => {
      controller.abort(loopSignal.reason);
    };
    if (loopSignal.aborted) follow();
    loopSignal.addEventListener('abort', follow, { once: true });
    const timer = clock.setTimeout(() => {
      logger.error('Reconcile runs longer than its time limit', { timeoutMs });
      controller.abort(new ReconcileTimeoutError());
    }, timeoutMs);
    try {
      // Waits for the reconciler even past its limit: giving the key back while it still runs would put it
      // with two workers at once.
      const result = await this.#options.reconcile(key, { logger, signal: controller.signal });
      return this.#settle(key, result);
    } catch (error) {
      return this.#fail(key, { error, logger, signal: controller.signal });
    } finally {
      timer.cancel();
      loopSignal.removeEventListener('abort', follow);
    }
  }

  #settle(key: string, result: ReconcileResult): ReconcileOutcome {
    const { queue } = this.#options;
    queue.forget(key);
    if ('done' in result) return 'done';
    queue.addAfter(key, result.requeueAfterMs);
    return 'requeued';
  }

  #fail(
    key: string,
    failure: { readonly error: unknown; readonly logger: Logger; readonly signal: AbortSignal },
  ): ReconcileOutcome {
    const { name, queue, metrics } = this.#options;
    const { error, logger, signal } = failure;
    if (isTerminal(error)) {
      queue.forget(key);
      logger.error('Reconcile failed for good, waiting for a change', { error });
      return 'terminal';
    }
    if (signal.aborted && !(signal.reason instanceof ReconcileTimeoutError)) {
      logger.debug('Reconcile ended with the loop', { error });
      return 'stopped';
    }
    const retryInMs = queue.addRateLimited(key);
    metrics.retried(name);
    logger.warn('Reconcile failed, trying again', { error, retryInMs, failures: queue.failures(key) });
    return signal.reason instanceof ReconcileTimeoutError ? 'timeout' : 'error';
  }

  #reportQueue(): void {
    const { name, queue, metrics } = this.#options;
    const { depth, processing, delayed } = queue;
    metrics.queued(name, { depth, processing, delayed });
  }
}

function keyFields(key: string): Record<string, string> {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
