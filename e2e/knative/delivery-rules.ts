import { durationMs } from './duration.ts';

/** `spec.delivery` of a Broker or Trigger, without its dead-letter sink. Durations are ISO 8601. */
export interface DeliverySpec {
  /** How often an event is sent again after the first time; 0 when absent. */
  readonly retry?: number;
  readonly backoffPolicy?: 'linear' | 'exponential';
  readonly backoffDelay?: string;
  /** For each request. */
  readonly timeout?: string;
  /** Without it, `Retry-After` is not looked at. */
  readonly retryAfterMax?: string;
}

/** What a Broker has when it says nothing. */
export const brokerDefaults: DeliverySpec = {
  retry: 10,
  backoffPolicy: 'exponential',
  backoffDelay: 'PT0.2S',
};

/** What came of one request; no status when no answer came, and then the body says why. */
export interface Answer {
  readonly status?: number;
  readonly body: string;
  /** Whether the answer itself is a CloudEvent, that is, a reply. */
  readonly isEvent?: boolean;
  readonly retryAfter?: string | null;
}

/** Why a delivery has failed, as a dead letter tells it. */
export interface DeliveryFailure {
  readonly code: number;
  readonly body: string;
}

/** What to do after a request. */
export type Verdict =
  | { readonly next: 'done' }
  | { readonly next: 'retry'; readonly waitMs: number }
  | { readonly next: 'failed'; readonly failure: DeliveryFailure };

/**
 * Decides what follows on the answer to a request.
 * @param retries how many retries there have been before this request.
 * @param now milliseconds since 1970, which a `Retry-After` that is a date is measured from.
 */
export function judge(spec: DeliverySpec, answer: Answer, retries: number, now: number): Verdict {
  const status = effectiveStatus(answer);
  if (status !== undefined && status >= 200 && status < 300) return { next: 'done' };
  if (isRetried(status) && retries < (spec.retry ?? 0))
    return { next: 'retry', waitMs: waitMs(spec, answer, retries, now) };
  return { next: 'failed', failure: { code: status ?? 500, body: answer.body } };
}

/** A Broker takes a success whose body is not an event for a fault of the subscriber: 502. */
function effectiveStatus({ status, body, isEvent }: Answer): number | undefined {
  const succeeded = status !== undefined && status >= 200 && status < 300;
  return succeeded && body !== '' && isEvent !== true ? 502 : status;
}

/** No answer, 404, 408, 409, 429 and every 5xx; all else fails at once. */
function isRetried(status: number | undefined): boolean {
  return status === undefined || status >= 500 || [404, 408, 409, 429].includes(status);
}

/** The longer of the policy's wait and of what the receiver asks for. */
function waitMs(spec: DeliverySpec, answer: Answer, retries: number, now: number): number {
  return Math.max(backoffMs(spec, retries), retryAfterMs(spec, answer, now));
}

/** Knative counts retries from 0: a linear policy begins without a wait, an exponential one with the delay itself. */
function backoffMs({ backoffPolicy, backoffDelay }: DeliverySpec, retries: number): number {
  if (backoffPolicy === undefined || backoffDelay === undefined) return 0;
  return durationMs(backoffDelay) * (backoffPolicy === 'linear' ? retries : 2 ** retries);
}

function retryAfterMs({ retryAfterMax }: DeliverySpec, { status, retryAfter }: Answer, now: number): number {
  if (retryAfterMax === undefined || typeof retryAfter !== 'string') return 0;
  if (status !== 429 && status !== 503) return 0;
  const asked = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - now;
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(asked, 0), durationMs(retryAfterMax));
}
