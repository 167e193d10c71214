/** A signal that aborts after a while or together with another one. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Whether the time ran out, as opposed to the other signal having aborted. */
  passed(): boolean;
  /** Stops the clock and leaves the other signal connected. */
  disarm(): void;
  /** Stops the clock and lets go of the other signal; without it a long-lived signal collects listeners. */
  release(): void;
}

/**
 * Starts a deadline of `ms` milliseconds. `AbortSignal.any` would do, but keeps memory for as long as its
 * longest-lived source lives, and here that is the process.
 */
export function startDeadline(ms: number, other?: AbortSignal): Deadline {
  const controller = new AbortController();
  let passed = false;
  const timer = setTimeout(() => {
    passed = true;
    controller.abort(new Error('deadline passed'));
  }, ms);
  const follow = (): void => {
    controller.abort(other?.reason);
  };
  if (other?.aborted === true) follow();
  other?.addEventListener('abort', follow, { once: true });
  const disarm = (): void => {
    clearTimeout(timer);
  };
  return {
    signal: controller.signal,
    passed: () => passed,
    disarm,
    release: () => {
      disarm();
      other?.removeEventListener('abort', follow);
    },
  };
}

/** Settles like `promise`, or rejects as soon as `signal` aborts; the promise itself goes on unobserved. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
