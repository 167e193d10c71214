/** Limits of a {@link Backoff}, in milliseconds. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
}

/**
 * Exponential backoff with full jitter: each delay is anywhere between 0 and a ceiling that doubles, so that
 * many clients that lost the same server do not come back at the same moment.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const { baseMs, capMs, random } = this.#options;
    // Beyond 2^30 the product would leave the range of exact numbers; the cap has long been reached by then.
    const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return Math.floor(random() * ceiling);
  }

  /** Something worked. */
  reset(): void {
    this.#failures = 0;
  }
}
