import { describeFacts, type RefusalFacts } from './problems.ts';
import { errorTable, type ErrorCode } from './table.ts';

/** What a {@link SinkError} may carry besides its code. */
export interface SinkErrorOptions {
  /** What went wrong, for the log only; it never reaches a sender. */
  readonly detail?: string;
  /** What the sender may know of it. */
  readonly facts?: RefusalFacts | undefined;
  readonly cause?: unknown;
  /** Overrides the table's default for the `Retry-After` header, in whole seconds. */
  readonly retryAfterSeconds?: number | undefined;
}

/** A failure with a code from the table. Thrown anywhere on the event path, answered in one place. */
export class SinkError extends Error {
  readonly code: ErrorCode;
  readonly facts: RefusalFacts;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: SinkErrorOptions = {}) {
    const { detail, facts = {}, cause } = options;
    super(detail ?? describeFacts(facts, errorTable[code].message), { cause });
    this.name = code;
    this.code = code;
    this.facts = facts;
    this.retryAfterSeconds = options.retryAfterSeconds ?? errorTable[code].retryAfterSeconds;
  }

  /** The HTTP status that goes to the sender. */
  get status(): number {
    return errorTable[this.code].status;
  }
}

/** Most bytes of a {@link publicMessage}: senders pass it on in an attribute of the event. */
export const maxPublicMessageBytes = 256;

/**
 * What the sender is told: one line of our own words, from the code and the facts alone. Neither `detail` nor `cause`, which
 * may hold text of the API server, of Kafka or of the event, has a part in it.
 */
export function publicMessage({ code, facts = {} }: Pick<SinkError, 'code'> & Partial<SinkError>): string {
  const { message, remedy } = errorTable[code];
  return cut(describeFacts(facts, `${message} ${remedy}`));
}

/** Whole characters only. */
function cut(text: string): string {
  const bytes = new Uint8Array(maxPublicMessageBytes);
  const { read } = new TextEncoder().encodeInto(text, bytes);
  return text.slice(0, read);
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
