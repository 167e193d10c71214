/** Thrown by a reconciler: trying again cannot help until the object changes. Counted on its own, not retried. */
export class TerminalError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TerminalError';
  }
}

/** Whether a {@link TerminalError} is in the chain of causes; by name, so that a second copy of the class counts. */
export function isTerminal(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current.name === 'TerminalError') return true;
  }
  return false;
}
