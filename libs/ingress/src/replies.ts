import type { SinkError } from '@event-sinks/errors';
import type { Clock } from '@event-sinks/runtime';
import type { Exchange } from './exchange.ts';
import type { IngressMetrics } from './ingress-metrics.ts';
import type { RefusalLog } from './refusal-log.ts';

/** What {@link Replies} needs. */
export interface ReplyContext {
  readonly metrics: IngressMetrics;
  readonly log: RefusalLog;
  readonly clock: Clock;
}

const empty: readonly string[] = ['Content-Length', '0'];

/** The methods of a sink's path; GET answers probes only. */
export const sinkMethods: readonly string[] = ['Allow', 'POST, OPTIONS, GET'];

/** Writes every answer. None has a body: a Knative sender takes a body for an event and fails on it. */
export class Replies {
  readonly #context: ReplyContext;
  /** During shutdown each answer closes its connection, so that the client opens the next one elsewhere. */
  closing = false;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  /** The event is stored. */
  accept(exchange: Exchange, location: string | undefined): void {
    this.#write(exchange, 202, location === undefined ? empty : ['Location', location, ...empty]);
  }

  /** Answers what is no event, such as a probe. */
  ok(exchange: Exchange, headers: readonly string[] = []): void {
    this.#write(exchange, 200, [...headers, ...empty]);
  }

  /** Answers a probe for something that will be there soon; the reasons here are no error codes. */
  notYet(exchange: Exchange, reason: 'NotReady' | 'GenerationNotServed'): void {
    this.#write(exchange, 503, ['Reason', reason, 'Retry-After', '1', ...empty]);
  }

  /** Refuses a request with the code's status and headers; the cause goes to the log and nowhere else. */
  refuse(exchange: Exchange, error: SinkError, headers: readonly string[] = []): void {
    this.#context.metrics.refused(error.code);
    this.#context.log.record(error, exchange.sink);
    this.#write(exchange, error.status, [...headers, ...refusalHeaders(error), ...empty]);
  }

  #write(exchange: Exchange, status: number, headers: readonly string[]): void {
    this.#observe(exchange, status);
    exchange.answer(status, headers, this.closing);
  }

  #observe(exchange: Exchange, status: number): void {
    const { metrics, clock } = this.#context;
    const { sink, bytes, startedAt } = exchange;
    if (sink !== undefined) metrics.dispatched(sink, status, clock.monotonic() - startedAt);
    if (bytes !== undefined) metrics.received(bytes, status);
    exchange.span?.set({ 'http.response.status_code': status });
  }
}

/** The headers that tell a sender, or a person, why and when to try again. */
export function refusalHeaders(error: SinkError): readonly string[] {
  const { code, retryAfterSeconds } = error;
  if (retryAfterSeconds === undefined) return ['Reason', code];
  return ['Reason', code, 'Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds)))];
}
