import type { Clock } from './clock.ts';

/** What a line about trouble carries besides. */
export interface TroubleFields {
  /** Why; another one is news. */
  readonly reason: string;
  /** How often the same was so since the last line, which was not told. */
  readonly repeated?: number;
}

/** What a {@link TroubleLog} takes. */
export interface TroubleLogOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Milliseconds after which the same is told again; five minutes by default. */
  readonly repeatMs?: number;
  /** Things with trouble that are kept in mind at once; 10,000 by default. More of them are told as if they were new. */
  readonly most?: number;
}

interface Told {
  reason: string;
  at: number;
  repeated: number;
}

const defaults = { repeatMs: 300_000, most: 10_000 };

/**
 * Decides when a line about lasting trouble is written: when it begins, when its reason changes, and then rarely. What is
 * tried again and again must not fill the log with the same words.
 */
export class TroubleLog {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #repeatMs: number;
  readonly #most: number;
  readonly #told = new Map<string, Told>();

  constructor({ clock, repeatMs = defaults.repeatMs, most = defaults.most }: TroubleLogOptions) {
    this.#clock = clock;
    this.#repeatMs = repeatMs;
    this.#most = most;
  }

  /** Something is wrong with `key`, now or still. @returns whether that was worth a line, for which `write` was called. */
  trouble(key: string, reason: string, write: (fields: TroubleFields) => void): boolean {
    const now = this.#clock.monotonic();
    const told = this.#told.get(key);
    if (told?.reason === reason && now - told.at < this.#repeatMs) {
      told.repeated += 1;
      return false;
    }
    this.#told.delete(key);
    this.#forgetOldest();
    this.#told.set(key, { reason, at: now, repeated: 0 });
    const repeated = told?.reason === reason ? told.repeated : 0;
    write({ reason, ...(repeated > 0 && { repeated }) });
    return true;
  }

  /** Nothing is wrong with `key` any more, or it is gone. @returns whether something was. */
  over(key: string): boolean {
    return this.#told.delete(key);
  }

  #forgetOldest(): void {
    const [oldest] = this.#told.keys();
    if (oldest !== undefined && this.#told.size >= this.#most) this.#told.delete(oldest);
  }
}
