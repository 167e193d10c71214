/** A timer that can be called off; calling it off late or twice does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as a dependency, so that a test can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch; may jump when the machine's clock is set. */
  now(): number;
  /** Milliseconds from a fixed but unknown moment; never goes back. For measuring and for deadlines. */
  monotonic(): number;
  /** Calls `fn` once after `ms` milliseconds. */
  setTimeout(fn: () => void, ms: number): Timer;
  /**
   * Resolves after `ms` milliseconds, or as soon as `signal` aborts. It never rejects: a loop that sleeps
   * looks at its signal afterwards, and a sleep that nobody awaits any more is no unhandled rejection.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: startTimer,
  sleep: sleepOn,
};

function startTimer(fn: () => void, ms: number): Timer {
  const handle = setTimeout(fn, ms);
  return {
    cancel: () => {
      clearTimeout(handle);
    },
  };
}

function sleepOn(ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted === true) return Promise.resolve();
  return new Promise((resolve) => {
    const wake = (): void => {
      timer.cancel();
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = startTimer(wake, ms);
    signal?.addEventListener('abort', wake, { once: true });
  });
}
