import { toSinkError } from '@event-sinks/errors';
import type { Clock, Timer } from '@event-sinks/runtime';
import type { ProducerLease } from './producer-pool.ts';

/** What a {@link LeaseHandover} takes. */
export interface LeaseHandoverOptions {
  /** With the credentials as they are now. */
  readonly next: ProducerLease;
  /** With those before them. */
  readonly previous: ProducerLease;
  /** For so many milliseconds at most. */
  readonly overlapMs: number;
  readonly clock: Clock;
  /** Called with a lease that is not needed any more. */
  readonly letGo: (lease: ProducerLease) => void;
}

/**
 * The change from one producer of a cluster to another with new credentials.
 *
 * When a password is rotated, the Secret and the brokers change one after the other. If the brokers are first, the
 * connections that are open stay. If the Secret is first, the brokers refuse the new credentials for that long; then
 * the previous producer, which is still logged in, goes on. A refused login has stored nothing, so no record is
 * written twice. The first record that the new producer gets through, or the end of the overlap, ends it.
 */
export class LeaseHandover implements ProducerLease {
  readonly #options: LeaseHandoverOptions;
  readonly #timer: Timer;
  #previous: ProducerLease | undefined;

  constructor(options: LeaseHandoverOptions) {
    this.#options = options;
    this.#previous = options.previous;
    this.#timer = options.clock.setTimeout(() => {
      this.#endOverlap();
      // From here on there is nothing to fall back on, and the brokers may have followed by now.
      options.next.retryLogin();
    }, options.overlapMs);
  }

  async send(...args: Parameters<ProducerLease['send']>): Promise<void> {
    const previous = this.#previous;
    try {
      await this.#options.next.send(...args);
      if (previous !== undefined) this.#endOverlap();
    } catch (error) {
      if (previous === undefined || toSinkError(error).code !== 'CredentialsRefused') throw error;
      await previous.send(...args);
    }
  }

  retryLogin(): void {
    this.#options.next.retryLogin();
  }

  isOpen(): boolean {
    return this.#options.next.isOpen() || this.#previous?.isOpen() === true;
  }

  canSend(): boolean {
    return this.#options.next.canSend();
  }

  async release(): Promise<void> {
    this.#endOverlap();
    await this.#options.next.release();
  }

  /**
   * Ends the handover for yet another change: the lease that is known to work, as far as any is, passes to the caller,
   * and the other one is let go.
   */
  inherit(): ProducerLease {
    const { letGo, next } = this.#options;
    this.#timer.cancel();
    const previous = this.#previous;
    if (previous === undefined) return next;
    this.#previous = undefined;
    letGo(next);
    return previous;
  }

  #endOverlap(): void {
    this.#timer.cancel();
    if (this.#previous === undefined) return;
    this.#options.letGo(this.#previous);
    this.#previous = undefined;
  }
}
