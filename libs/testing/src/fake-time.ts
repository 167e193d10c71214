interface Entry {
  readonly dueAt: number;
  readonly owner: ProcessClock;
  readonly fn: () => void;
}

interface Timer {
  cancel(): void;
}

/**
 * The clock of one pretended process: whatever takes a `Clock` takes it too. While it is frozen, time goes on but no
 * timer runs, as under SIGSTOP.
 */
export interface ProcessClock {
  now(): number;
  monotonic(): number;
  setTimeout(fn: () => void, ms: number): Timer;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  freeze(): void;
  thaw(): void;
}

/** Time that stands still until it is told to advance, shared by any number of pretended processes. */
export class FakeTime {
  #now = 1_000;
  #entries: Entry[] = [];
  readonly #frozen = new Set<ProcessClock>();

  clock(): ProcessClock {
    const clock: ProcessClock = {
      now: () => 1_700_000_000_000 + this.#now,
      monotonic: () => this.#now,
      setTimeout: (fn, ms) => this.#schedule(clock, fn, ms),
      sleep: (ms, signal) => this.#sleep(clock, ms, signal),
      freeze: () => {
        this.#frozen.add(clock);
      },
      thaw: () => {
        this.#frozen.delete(clock);
      },
    };
    return clock;
  }

  /** Lets `ms` milliseconds pass, running what falls due in order and what follows from it. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let entry = this.#next(until); entry !== undefined; entry = this.#next(until)) {
      this.#remove(entry);
      this.#now = Math.max(this.#now, entry.dueAt);
      entry.fn();
      await settle();
    }
    this.#now = until;
  }

  #next(until: number): Entry | undefined {
    const due = this.#entries.filter((entry) => entry.dueAt <= until && !this.#frozen.has(entry.owner));
    return due.sort((left, right) => left.dueAt - right.dueAt)[0];
  }

  #schedule(owner: ProcessClock, fn: () => void, ms: number): Timer {
    const entry = { owner, fn, dueAt: this.#now + Math.max(0, ms) };
    this.#entries.push(entry);
    return {
      cancel: () => {
        this.#remove(entry);
      },
    };
  }

  #sleep(owner: ProcessClock, ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timer = this.#schedule(owner, wake, ms);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  #remove(entry: Entry): void {
    this.#entries = this.#entries.filter((other) => other !== entry);
  }
}

/** Lets every promise that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
