import { setTimeout as sleep } from 'node:timers/promises';
import { judge, type Answer, type DeliveryFailure, type DeliverySpec } from './delivery-rules.ts';
import { durationMs } from './duration.ts';
import { binaryHeaders, type BrokerEvent } from './event.ts';

/** How a delivery went. */
export interface Delivery {
  /** Requests in all. */
  readonly requests: number;
  /** Undefined when the event was taken. */
  readonly failure?: DeliveryFailure;
}

/** Sends an event until it is taken or the rules say that it has failed. */
export async function deliver(
  event: BrokerEvent,
  url: string,
  spec: DeliverySpec,
  headers: Readonly<Record<string, string>> = {},
): Promise<Delivery> {
  for (let retries = 0; ; retries++) {
    const answer = await post(event, url, spec.timeout, headers);
    const verdict = judge(spec, answer, retries, Date.now());
    const requests = retries + 1;
    if (verdict.next === 'done') return { requests };
    if (verdict.next === 'failed') return { requests, failure: verdict.failure };
    await sleep(verdict.waitMs);
  }
}

/** One request. Redirects are not followed: for a sender they are failures. */
async function post(
  event: BrokerEvent,
  url: string,
  timeout: string | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...binaryHeaders(event), ...headers },
      body: event.data,
      ...(timeout === undefined ? {} : { signal: AbortSignal.timeout(durationMs(timeout)) }),
    });
    return {
      status: response.status,
      body: await response.text(),
      isEvent: isEvent(response.headers),
      retryAfter: response.headers.get('retry-after'),
    };
  } catch (error) {
    const { cause = error } = error as { cause?: unknown };
    return { body: `dispatch error: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

const isEvent = (headers: Headers): boolean =>
  headers.has('ce-specversion') ||
  (headers.get('content-type') ?? '').startsWith('application/cloudevents+json');
