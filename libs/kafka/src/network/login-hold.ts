import { SinkError } from '@event-sinks/errors';
import { kafkaSinkError } from '../protocol/error-mapping.ts';

/** What a {@link LoginHold} takes. */
export interface LoginHoldOptions {
  /** Milliseconds after the first refusal; each next one holds twice as long, */
  readonly pauseMs: number;
  /** up to so many. */
  readonly maxPauseMs: number;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
}

/**
 * Keeps refused credentials from being tried with each event, on each connection to a cluster: the directory behind the
 * brokers would lock the account. One attempt at a time finds out whether they are taken by now.
 */
export class LoginHold {
  readonly #options: LoginHoldOptions;
  #refusal: unknown;
  #refusals = 0;
  #until = -Infinity;

  constructor(options: LoginHoldOptions) {
    this.#options = options;
  }

  /** Lets a login through. @throws SinkError `CredentialsRefused` while it is too soon after the last refusal. */
  enter(): void {
    if (this.#refusals === 0) return;
    const { now, maxPauseMs } = this.#options;
    if (now() < this.#until) {
      const detail = 'not tried again yet, since the brokers have just refused them';
      throw new SinkError('CredentialsRefused', { detail, cause: this.#refusal });
    }
    // Until this one knows; one that never comes to an end holds the others no longer than a refusal would.
    this.#until = now() + maxPauseMs;
  }

  succeeded(): void {
    this.#refusals = 0;
  }

  /** An attempt has failed, for whatever reason. */
  failed(error: unknown): void {
    const { now, random, pauseMs, maxPauseMs } = this.#options;
    if (kafkaSinkError(error).code !== 'CredentialsRefused') {
      // It did not get as far as the credentials, so that the next one may.
      this.lift();
      return;
    }
    this.#refusal = error;
    const ceiling = Math.min(maxPauseMs, pauseMs * 2 ** Math.min(this.#refusals, 30));
    this.#refusals += 1;
    // Half is fixed and half is random, so that pods that failed together part.
    this.#until = now() + ceiling / 2 + (random() * ceiling) / 2;
  }

  /** Lets the next login through at once. */
  lift(): void {
    this.#until = -Infinity;
  }
}
