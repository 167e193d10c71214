import { readyCondition, type SinkStatus } from '@event-sinks/crds';
import { isRecent, type EventRefusal } from './event-outcome.ts';

/** When to look at a sink again although nothing has been heard of. */
export interface RecheckTimes {
  /** Milliseconds for a sink that is ready; what Ready claims is older than this by no more than a pass takes. */
  readonly readyMs: number;
  /** Milliseconds for one that is not, which somebody may be waiting for: at first, */
  readonly notReadyMs: number;
  /** and at most, when looking has not helped for a while. */
  readonly notReadyMostMs: number;
}

/** What is looked at. */
export interface Looked {
  readonly uid: string;
  readonly generation: number;
  /** Another one when something else that the sink depends on was changed by a person, such as its Secret. */
  readonly version?: string | undefined;
}

interface Waiting {
  /** What has to stay the same for the wait to grow. */
  readonly about: string;
  readonly looks: number;
}

/**
 * How long to wait before the next look at each sink. A sink that is not ready is looked at soon, then less and less
 * often; from the beginning again when it has changed, or when something else is wrong with it.
 */
export class Patience {
  readonly #times: RecheckTimes;
  readonly #random: () => number;
  readonly #waiting = new Map<string, Waiting>();

  /** @param random a number from 0 up to but not including 1. */
  constructor(times: RecheckTimes, random: () => number) {
    this.#times = times;
    this.#random = random;
  }

  /** Milliseconds until the next look at a sink that was found in this status. */
  next({ uid, generation, version = '' }: Looked, status: SinkStatus): number {
    const ready = status.conditions?.find(({ type }) => type === readyCondition);
    if (ready?.status === 'True') {
      this.forget(uid);
      return this.#times.readyMs;
    }
    const about = JSON.stringify([generation, version, ready?.reason]);
    const before = this.#waiting.get(uid);
    const looks = before?.about === about ? before.looks + 1 : 0;
    this.#waiting.set(uid, { about, looks });
    const { notReadyMs, notReadyMostMs } = this.#times;
    return grownWait(looks, { baseMs: notReadyMs, mostMs: notReadyMostMs, random: this.#random });
  }

  /** The sink is gone, or well. */
  forget(uid: string): void {
    this.#waiting.delete(uid);
  }
}

/** Bounds of a wait that grows, in milliseconds. */
export interface WaitBounds {
  readonly baseMs: number;
  readonly mostMs: number;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
}

/** The wait after so many times in vain. Half is fixed and half is random, so that those who failed together part. */
export function grownWait(times: number, { baseMs, mostMs, random }: WaitBounds): number {
  // Beyond 2^30 the product would leave the range of exact numbers; the most has long been reached by then.
  const ceiling = Math.min(mostMs, baseMs * 2 ** Math.min(times, 30));
  return Math.ceil(ceiling / 2 + (random() * ceiling) / 2);
}

/** Milliseconds to the next look at a sink whose events are refused: that may last, or have been a moment. */
const refusedMs = 5_000;

/** The next look, which is soon while events are refused. */
export function sooner(
  again: { readonly requeueAfterMs: number },
  refusal: EventRefusal | undefined,
): { readonly requeueAfterMs: number } {
  if (refusal === undefined || !isRecent(refusal)) return again;
  return { requeueAfterMs: Math.min(again.requeueAfterMs, refusedMs) };
}
