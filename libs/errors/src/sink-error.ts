import { errorTable, type ErrorCode } from './table.ts';

/** What a {@link SinkError} may carry beside its code. */
export interface SinkErrorOptions {
  /** What went wrong, for the log only; it never reaches a sender. */
  readonly detail?: string;
  readonly cause?: unknown;
  /** Overrides the table's default for the `Retry-After` header, in whole seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A failure with a code from the table. Thrown anywhere on the event path, answered in one place. */
export class SinkError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: SinkErrorOptions = {}) {
    super(options.detail ?? errorTable[code].meaning, { cause: options.cause });
    this.name = code;
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds ?? errorTable[code].retryAfterSeconds;
  }

  /** The HTTP status that goes to the sender. */
  get status(): number {
    return errorTable[this.code].status;
  }
}

/**
 * The first {@link SinkError} in the chain of causes; anything else becomes `InternalError`.
 * Looks at `code` and not at `instanceof`, so that an error from a second copy of this module counts too.
 */
export function toSinkError(error: unknown): SinkError {
  for (let current = error; isObject(current); current = current['cause']) {
    const { code } = current;
    if (typeof code === 'string' && Object.hasOwn(errorTable, code)) return current as unknown as SinkError;
  }
  return new SinkError('InternalError', { cause: error });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
