import { KubeApiError, type StatusCause } from './kube-api-error.ts';
import { field, isRecord, numberField, textField } from './plain-data.ts';

/** A server that asks for more than this is not taken at its word: one bad header must not park a sender. */
const longestRetryAfterSeconds = 3600;

/** What is known about an answer beside its `Status` object. */
export interface AnswerFacts {
  readonly what: string;
  /** HTTP status; the `Status` object's own `code` when left out, as in a watch's ERROR event. */
  readonly status?: number;
  readonly retryAfter?: string | undefined;
}

/** Turns a `Status` object, or whatever else came with an error status, into an error. */
export function errorFromStatus(body: unknown, facts: AnswerFacts): KubeApiError {
  const details = field(body, 'details');
  const status = facts.status ?? numberField(body, 'code') ?? 500;
  const text = textField(body, 'message') ?? 'no message';
  return new KubeApiError({
    message: `${facts.what}: ${status} ${text}`,
    status,
    reason: textField(body, 'reason'),
    causes: readCauses(details),
    detailsKind: textField(details, 'kind'),
    retryAfterSeconds: retryAfter(facts.retryAfter) ?? numberField(details, 'retryAfterSeconds'),
  });
}

function readCauses(details: unknown): readonly StatusCause[] {
  const causes = field(details, 'causes');
  return Array.isArray(causes) ? causes.filter((cause): cause is StatusCause => isRecord(cause)) : [];
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header), longestRetryAfterSeconds);
}
