import { isRetriedBySenders, SinkError, toSinkError } from '@event-sinks/errors';

/**
 * The one answer for a batch of which some events were not stored; undefined when all were.
 *
 * A sender can only repeat the whole batch or give it up. So one event that may be stored later makes the answer one
 * that is tried again, although others of the batch are stored and will be there twice: what a sender gives up is lost.
 * Only when nothing but refusals for good is left does the answer say so. Among those to be repeated, the gravest
 * status counts, and the longest wait that any of them asks for.
 */
export function batchFailure(outcomes: readonly PromiseSettledResult<void>[]): SinkError | undefined {
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' ? [toSinkError(outcome.reason)] : [],
  );
  const worst = errors.reduce<SinkError | undefined>(
    (before, error) => (before === undefined || gravity(error) > gravity(before) ? error : before),
    undefined,
  );
  if (worst === undefined) return undefined;
  const waits = errors.map(({ retryAfterSeconds = 0 }) => retryAfterSeconds);
  const detail = `${errors.length} of ${outcomes.length} events were not stored: ${worst.message}`;
  const retryAfterSeconds = worst.retryAfterSeconds === undefined ? undefined : Math.max(...waits);
  return new SinkError(worst.code, { detail, cause: worst, retryAfterSeconds });
}

function gravity({ status }: SinkError): number {
  return isRetriedBySenders(status) ? 1_000 + status : status;
}
