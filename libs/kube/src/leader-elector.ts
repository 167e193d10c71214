import type { Clock, Logger } from '@event-sinks/runtime';
import type { KubeClient } from './client.ts';
import { isAlreadyExists, isConflict } from './kube-api-error.ts';
import { LeaseRecord } from './lease-record.ts';

/** What {@link createLeaseElector} takes. */
export interface LeaseElectorOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  readonly namespace: string;
  readonly name: string;
  /** Must differ between any two processes that ever run, so include something random. */
  readonly identity: string;
  /** Milliseconds that others wait before they take over from a silent leader; 15,000 by default. */
  readonly leaseDurationMs?: number | undefined;
  /** Milliseconds after its last renewal at which a leader stops being one; 10,000 by default. */
  readonly renewDeadlineMs?: number | undefined;
  /** Milliseconds between two attempts to take or renew the lease; 2,000 by default. */
  readonly retryPeriodMs?: number | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Begin the leader's work; it must end when `signal` aborts. A returned promise is waited for then. */
  readonly onStartedLeading: (signal: AbortSignal) => unknown;
  /** The leader's work is to stop, or has stopped; called once for each `onStartedLeading`. */
  readonly onStoppedLeading: () => unknown;
}

/** A candidate for leadership. */
export interface LeaseElector {
  start(): void;
  /** Stops leading, waits for the leader's work to end, then gives the lease back. */
  stop(): Promise<void>;
  /** Computed at the moment of the call, so it is right even after a pause during which no timer ran. */
  isLeader(): boolean;
  /** Throws {@link NotLeaderError} unless {@link isLeader}; for calling right before each write. */
  fence(): void;
}

/** A write was about to be made by a process that does not lead, or no longer. */
export class NotLeaderError extends Error {
  constructor() {
    super('this process is not the leader');
    this.name = 'NotLeaderError';
  }
}

/** One stretch of leadership. It never comes back to life: whoever lost the lease starts a new term. */
interface Term {
  renewedAt: number;
  readonly over: AbortController;
}

/** Makes a candidate with the semantics of client-go's leader election; throws for durations out of order. */
export function createLeaseElector(options: LeaseElectorOptions): LeaseElector {
  return new LeaderElection(options);
}

class LeaderElection implements LeaseElector {
  readonly #options: LeaseElectorOptions;
  readonly #renewDeadlineMs: number;
  readonly #retryPeriodMs: number;
  readonly #record: LeaseRecord;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #term: Term | undefined;

  constructor(options: LeaseElectorOptions) {
    const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, retryPeriodMs = 2_000 } = options;
    if (!(leaseDurationMs > renewDeadlineMs && renewDeadlineMs > retryPeriodMs && retryPeriodMs > 0)) {
      throw new RangeError('leaseDurationMs > renewDeadlineMs > retryPeriodMs > 0 must hold');
    }
    this.#options = options;
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#retryPeriodMs = retryPeriodMs;
    this.#record = new LeaseRecord({ ...options, leaseDurationMs });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  isLeader(): boolean {
    return this.#term !== undefined && this.#isCurrent(this.#term);
  }

  fence(): void {
    if (!this.isLeader()) throw new NotLeaderError();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping()) {
      const renewedAt = await this.#attempt(this.#renewDeadlineMs / 2);
      if (typeof renewedAt === 'number' && !this.#isStopping()) await this.#lead(renewedAt);
      else await this.#options.clock.sleep(this.#retryPeriodMs, this.#stopping.signal);
    }
    // Also without a term: an attempt that was cut off may have taken the lease all the same. And only now,
    // when our work has ended, because the next leader starts the moment it sees this.
    await this.#release();
  }

  async #lead(renewedAt: number): Promise<void> {
    const term: Term = { renewedAt, over: new AbortController() };
    // Set before the work begins: its first write already asks fence().
    this.#term = term;
    this.#options.logger.info('Leading', this.#fields());
    const work = this.#guarded('onStartedLeading', () => this.#options.onStartedLeading(term.over.signal));
    await this.#hold(term);
    this.#term = undefined;
    term.over.abort(new NotLeaderError());
    this.#options.logger.info('Leading no longer', this.#fields());
    await this.#guarded('onStoppedLeading', this.#options.onStoppedLeading);
    await work;
  }

  /** Renews until the lease is lost, or could not be renewed in time, or the candidate is stopped. */
  async #hold(term: Term): Promise<void> {
    while (this.#isCurrent(term)) {
      await this.#options.clock.sleep(
        Math.min(this.#retryPeriodMs, this.#leftMs(term)),
        this.#stopping.signal,
      );
      if (!this.#isCurrent(term)) return;
      const renewed = await this.#attempt(Math.min(this.#renewDeadlineMs / 2, this.#leftMs(term)));
      // An answer that came after the deadline is too late: isLeader() has said no and must not change its mind.
      if (renewed === 'taken' || !this.#isCurrent(term)) return;
      if (typeof renewed === 'number') term.renewedAt = renewed;
    }
  }

  /** One try to take or renew the lease, given up after `ms` milliseconds or when the candidate is stopped. */
  async #attempt(ms: number): Promise<number | 'taken' | 'failed'> {
    const stopping = this.#stopping.signal;
    const controller = new AbortController();
    const giveUp = (): void => {
      controller.abort();
    };
    const timer = this.#options.clock.setTimeout(giveUp, ms);
    stopping.addEventListener('abort', giveUp, { once: true });
    try {
      return (await this.#record.claim({ timeoutMs: ms, signal: controller.signal })) ?? 'taken';
    } catch (error) {
      // Losing a race is how elections work.
      const lost = isConflict(error) || isAlreadyExists(error) || stopping.aborted;
      if (!lost)
        this.#options.logger.warn('Lease could not be taken or renewed', { ...this.#fields(), error });
      return 'failed';
    } finally {
      timer.cancel();
      stopping.removeEventListener('abort', giveUp);
    }
  }

  async #release(): Promise<void> {
    try {
      await this.#record.release({ timeoutMs: this.#renewDeadlineMs / 2 });
    } catch (error) {
      this.#options.logger.warn('Lease was not given back and has to expire', { ...this.#fields(), error });
    }
  }

  async #guarded(callback: string, run: () => unknown): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#options.logger.error('Leadership callback failed', { ...this.#fields(), callback, error });
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #isCurrent(term: Term): boolean {
    return !term.over.signal.aborted && !this.#isStopping() && this.#leftMs(term) > 0;
  }

  #leftMs(term: Term): number {
    return term.renewedAt + this.#renewDeadlineMs - this.#options.clock.monotonic();
  }

  #fields(): { readonly lease: string; readonly identity: string } {
    return { lease: `${this.#options.namespace}/${this.#options.name}`, identity: this.#options.identity };
  }
}
