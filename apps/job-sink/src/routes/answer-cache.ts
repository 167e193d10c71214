import type { Clock } from '@event-sinks/runtime';

/** Keeps answers for a moment; a question that is asked while it is being answered waits for that answer. */
export interface AnswerCache<T> {
  /** @throws what `find` throws, to all who wait for it; it is not kept. */
  get(key: string, find: () => Promise<T>): Promise<T>;
}

/** How much an {@link AnswerCache} keeps. */
export interface AnswerCacheOptions<T> {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Milliseconds from the question. */
  readonly ageMs: number;
  /** Answers; the oldest goes first. Questions under way are bounded by whoever answers them. */
  readonly size: number;
  /** Whether an answer may be given again. */
  readonly isKept: (answer: T) => boolean;
}

interface Kept<T> {
  readonly answer: Promise<T>;
  readonly askedAt: number;
}

/** Every answer has the same age at most, so the order in which they were asked for is that in which they expire. */
export function createAnswerCache<T>(options: AnswerCacheOptions<T>): AnswerCache<T> {
  const { clock, ageMs, size, isKept } = options;
  const underWay = new Map<string, Promise<T>>();
  const kept = new Map<string, Kept<T>>();
  const keep = (key: string, entry: Kept<T>): void => {
    kept.delete(key);
    kept.set(key, entry);
    const [oldest] = kept.keys();
    if (kept.size > size && oldest !== undefined) kept.delete(oldest);
  };
  return {
    get(key, find) {
      const now = clock.monotonic();
      const last = kept.get(key);
      if (last !== undefined && now - last.askedAt < ageMs) return last.answer;
      const waiting = underWay.get(key);
      if (waiting !== undefined) return waiting;
      const answer = find()
        .then((value) => {
          if (isKept(value)) keep(key, { answer, askedAt: now });
          return value;
        })
        .finally(() => underWay.delete(key));
      underWay.set(key, answer);
      return answer;
    },
  };
}
