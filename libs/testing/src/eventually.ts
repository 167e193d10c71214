/** How long {@link eventually} tries. */
export interface EventuallyOptions {
  /** Milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/** Repeats an assertion until it holds; what it last complained about is thrown when the time is up. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  options: EventuallyOptions = {},
): Promise<T> {
  const { timeoutMs = 10_000, intervalMs = 50 } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
}
