import type { Clock, Timer } from '@event-sinks/runtime';

/** What a {@link WorkQueue} is made with. */
export interface WorkQueueOptions {
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  /** Milliseconds before the first retry of a key; 5 by default. */
  readonly backoffBaseMs?: number | undefined;
  /** The longest wait of a failing key, in milliseconds; 60,000 by default. */
  readonly backoffCapMs?: number | undefined;
}

/**
 * Keys that wait to be worked on, with the guarantees of client-go's work queue:
 *
 * - a key that is added many times before it is taken is handed out once;
 * - a key is never with two workers at once;
 * - a key that is added while a worker has it is handed out again after `done`, so no change is missed.
 *
 * Memory is bounded by the number of different keys, however often each is added.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** Keys in the order in which they are handed out; a Set keeps that order. */
  readonly #waiting = new Set<string>();
  readonly #processing = new Set<string>();
  /** Added again while being processed. */
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { readonly dueAt: number; readonly timer: Timer }>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #idle: PromiseWithResolvers<void> | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Keys that could be handed out now. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys that workers have. */
  get processing(): number {
    return this.#processing.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Puts a key in line; nothing happens when it is there already, or after {@link shutDown}. */
  add(key: string): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    const taker = this.#waiting.has(key) ? undefined : this.#takers.shift();
    if (taker === undefined) {
      this.#waiting.add(key);
      return;
    }
    this.#processing.add(key);
    taker(key);
  }

  /** Puts a key in line after `ms` milliseconds; of several delays for one key the one that ends first counts. */
  addAfter(key: string, ms: number): void {
    if (this.#closed) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    const dueAt = this.#options.clock.monotonic() + ms;
    const pending = this.#delayed.get(key);
    if (pending !== undefined && pending.dueAt <= dueAt) return;
    pending?.timer.cancel();
    const timer = this.#options.clock.setTimeout(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, ms);
    this.#delayed.set(key, { dueAt, timer });
  }

  /** Puts a key in line after one more failure; returns the wait in milliseconds. Grows until {@link forget}. */
  addRateLimited(key: string): number {
    const ms = this.#nextBackoffMs(key);
    this.addAfter(key, ms);
    return ms;
  }

  /** The key worked: its next failure counts as the first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often {@link addRateLimited} was called since the key was last forgotten. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** Resolves with the next key, which is then the caller's until {@link done}; undefined after shutdown. */
  take(): Promise<string | undefined> {
    if (this.#closed) return Promise.resolve(undefined);
    const { value: key, done } = this.#waiting.values().next();
    if (done === true) return new Promise((resolve) => this.#takers.push(resolve));
    this.#waiting.delete(key);
    this.#processing.add(key);
    return Promise.resolve(key);
  }

  /** Gives a key back; must follow each {@link take}, however the work ended. */
  done(key: string): void {
    this.#processing.delete(key);
    if (this.#again.delete(key)) this.add(key);
    if (this.#closed && this.#processing.size === 0) this.#idle?.resolve();
  }

  /** Hands out nothing more and forgets what waits; resolves when every key that was taken is given back. */
  shutDown(): Promise<void> {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#waiting.clear();
    this.#again.clear();
    this.#failures.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
    this.#idle ??= Promise.withResolvers();
    if (this.#processing.size === 0) this.#idle.resolve();
    return this.#idle.promise;
  }

  #nextBackoffMs(key: string): number {
    const { random, backoffBaseMs = 5, backoffCapMs = 60_000 } = this.#options;
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    // Beyond 2^30 the product would leave the range of exact numbers; the cap has long been reached by then.
    const ceiling = Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(failures, 30));
    // Half is fixed, so that backing off is certain; half is random, so that keys that failed together part.
    return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
  }
}
