import { isRetriedBySenders, SinkError, toSinkError } from '@event-sinks/errors';

/**
 * The one answer for a batch of which some events were not stored; undefined when all were.
 *
 * A sender can only repeat the whole batch or give it up. So one event that may be stored later makes the answer one
 * that is tried again, although others of the batch are stored and will be there twice: what a sender gives up is lost.
 * Only when nothing but refusals for good is left does the answer say so. Among those to be repeated, the gravest
 * status counts, and the longest wait that any of them asks for. The index is that of the first event so refused.
 */
export function batchFailure(outcomes: readonly PromiseSettledResult<void>[]): SinkError | undefined {
  const failures = outcomes.flatMap((outcome, index) =>
    outcome.status === 'rejected' ? [{ index, error: toSinkError(outcome.reason) }] : [],
  );
  const worst = failures.reduce<Failure | undefined>(
    (before, each) => (before === undefined || gravity(each.error) > gravity(before.error) ? each : before),
    undefined,
  );
  if (worst === undefined) return undefined;
  const { index, error } = worst;
  const waits = failures.map((each) => each.error.retryAfterSeconds ?? 0);
  const detail = `${failures.length} of ${outcomes.length} events were not stored: ${error.message}`;
  const retryAfterSeconds = error.retryAfterSeconds === undefined ? undefined : Math.max(...waits);
  return new SinkError(error.code, {
    detail,
    facts: { ...error.facts, index },
    cause: error,
    retryAfterSeconds,
  });
}

interface Failure {
  readonly index: number;
  readonly error: SinkError;
}

function gravity({ status }: SinkError): number {
  return isRetriedBySenders(status) ? 1_000 + status : status;
}
