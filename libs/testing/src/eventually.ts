/** How long {@link eventually} tries. */
export interface EventuallyOptions {
  /** Milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** An attempt that hangs is given this much longer than all attempts together, in milliseconds. */
const hangMs = 30_000;

/**
 * Repeats an assertion until it holds; what it last complained about is thrown when the time is up. An attempt that does
 * not end is an error too.
 */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 10_000, intervalMs = 50 } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await endsIn(end - performance.now() + hangMs, assertion);
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}

async function endsIn<T>(ms: number, assertion: () => T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`an attempt of the assertion did not end within ${Math.round(ms)} ms`));
    }, ms);
  });
  try {
    return await Promise.race([assertion(), hung]);
  } finally {
    clearTimeout(timer);
  }
}
