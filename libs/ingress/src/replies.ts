import { publicMessage, SinkError } from '@event-sinks/errors';
import type { Clock } from '@event-sinks/runtime';
import type { Answer, Exchange } from './exchange.ts';
import type { IngressMetrics } from './ingress-metrics.ts';
import type { RefusalLog } from './refusal-log.ts';

/** What {@link Replies} needs. */
export interface ReplyContext {
  readonly metrics: IngressMetrics;
  readonly log: RefusalLog;
  readonly clock: Clock;
}

const empty: readonly string[] = ['Content-Length', '0'];
const accepted: Answer = { status: 202, headers: empty };

/** The methods of a sink's path, the same in each answer that names them. */
export const sinkMethods: readonly string[] = ['Allow', 'POST, OPTIONS'];

/**
 * Writes every answer. A 2xx has no body: a Knative sender takes a body for an event and fails on it. A refusal has one line
 * of text, which senders carry on as `knativeerrordata`.
 */
export class Replies {
  readonly #context: ReplyContext;
  /** During shutdown each answer closes its connection, so that the client opens the next one elsewhere. */
  closing = false;

  constructor(context: ReplyContext) {
    this.#context = context;
  }

  /** The event is stored. */
  accept(exchange: Exchange, location: string | undefined): void {
    this.#write(
      exchange,
      location === undefined ? accepted : { status: 202, headers: ['Location', location, ...empty] },
    );
  }

  /** Answers what is no event, such as a probe. */
  ok(exchange: Exchange, headers: readonly string[] = []): void {
    this.#write(exchange, { status: 200, headers: [...headers, ...empty] });
  }

  /** Answers a probe for something that will be there soon, which is neither counted nor logged as a refusal. */
  notYet(exchange: Exchange, reason: 'NotReady' | 'GenerationNotServed'): void {
    this.#write(exchange, refusalAnswer(new SinkError(reason)));
  }

  /** Refuses a request with the code's status and headers; the cause goes to the log and nowhere else. */
  refuse(exchange: Exchange, error: SinkError, headers: readonly string[] = []): void {
    this.#context.metrics.refused(error.code);
    this.#context.log.record(error, exchange.sink);
    this.#write(exchange, refusalAnswer(error, headers));
  }

  #write(exchange: Exchange, answer: Answer): void {
    this.#observe(exchange, answer.status);
    exchange.answer(answer, this.closing);
  }

  #observe(exchange: Exchange, status: number): void {
    const { metrics, clock } = this.#context;
    const { sink, bytes, startedAt } = exchange;
    if (sink !== undefined) metrics.dispatched(sink, status, clock.monotonic() - startedAt);
    if (bytes !== undefined) metrics.received(bytes, status);
    exchange.span?.set({ 'http.response.status_code': status });
  }
}

/** The answer that tells a sender, or a person, what is wrong and when to try again. */
export function refusalAnswer(error: SinkError, headers: readonly string[] = []): Answer {
  const { code, status, retryAfterSeconds } = error;
  const body = publicMessage(error);
  const wait =
    retryAfterSeconds === undefined ? [] : ['Retry-After', String(Math.max(1, Math.ceil(retryAfterSeconds)))];
  const about = ['Content-Type', 'text/plain; charset=utf-8', 'Content-Length', String(body.length)];
  return { status, headers: [...headers, 'Reason', code, ...wait, ...about], body };
}
