import type { SinkStatus } from '@event-sinks/crds';
import { isBeginning, notReadyEvent, type SinkEvent } from './ready-event.ts';

/** Milliseconds after which a beginning is no longer what every sink goes through. */
export const longestStartMs = 30_000;

interface Start {
  readonly since: number;
  isTold: boolean;
}

/** Sinks that have begun and do not become ready, although nothing was found to be wrong with them. */
export class SlowStarts {
  readonly #starts = new Map<string, Start>();

  /** What a person is told, once, of a sink that was found in this status; `now` in milliseconds. */
  event(uid: string, status: SinkStatus, now: number): SinkEvent | undefined {
    if (!isBeginning(status)) {
      this.forget(uid);
      return undefined;
    }
    const start = this.#starts.get(uid) ?? { since: now, isTold: false };
    this.#starts.set(uid, start);
    if (start.isTold || now - start.since < longestStartMs) return undefined;
    start.isTold = true;
    return notReadyEvent(status);
  }

  /** The sink is gone, or has begun. */
  forget(uid: string): void {
    this.#starts.delete(uid);
  }
}
