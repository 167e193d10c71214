import type { Clock } from '@event-sinks/runtime';

/** For how long something has been what it is. */
export class Duration {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #what: string | undefined;
  #since = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** It is this now; the time runs from the first of several calls with the same. */
  of(what: string): void {
    if (this.#what === what) return;
    this.#what = what;
    this.#since = this.#clock.monotonic();
  }

  /** It is nothing of the kind now. */
  reset(): void {
    this.#what = undefined;
  }

  /** Milliseconds; 0 after a reset. */
  ms(): number {
    return this.#what === undefined ? 0 : this.#clock.monotonic() - this.#since;
  }
}
