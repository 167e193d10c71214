import { SinkError, toSinkError } from '@event-sinks/errors';
import type { Clock, Logger, Span } from '@event-sinks/runtime';
import type { Admission, Budget } from './budget.ts';
import type { Deadline, Deadlines } from './deadlines.ts';
import { ClientGone, type Exchange } from './exchange.ts';
import { checkTargetLength } from './framing.ts';
import type { IngressMetrics } from './ingress-metrics.ts';
import type { Replies } from './replies.ts';
import { sinkPathOf, type SinkPath } from './sink-path.ts';
import type { EventDecoder, FrontTracing, IngressLimits, ServedSink, SinkBackend, Stored } from './types.ts';

/** What an {@link EventReceiver} works with. */
export interface ReceiverContext<S extends ServedSink, E> {
  readonly backend: SinkBackend<S, E>;
  readonly decode: EventDecoder<E>;
  readonly budget: Budget;
  readonly deadlines: Deadlines;
  readonly bodyDeadlines: Deadlines;
  readonly replies: Replies;
  readonly metrics: IngressMetrics;
  readonly tracing: FrontTracing | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly limits: Pick<IngressLimits, 'maxEventBytes' | 'maxBatchBytes'>;
  readonly isBatch: ((contentType: string | undefined) => boolean) | undefined;
}

/** What one event holds until its store has settled. */
interface Holding {
  admission?: Admission;
  storing?: Promise<Stored>;
}

/** The way of an event: path, budget, sink, authorization, body, decoding, store, answer. */
export class EventReceiver<S extends ServedSink, E> {
  readonly #context: ReceiverContext<S, E>;

  constructor(context: ReceiverContext<S, E>) {
    this.#context = context;
  }

  /** Takes one event through and answers it. Never rejects. */
  async receive(exchange: Exchange): Promise<void> {
    const { deadlines, replies } = this.#context;
    const deadline = deadlines.join(exchange, exchange.startedAt);
    const holding: Holding = {};
    try {
      const { location } = await this.#take(exchange, deadline, holding);
      replies.accept(exchange, location);
      exchange.span?.end();
    } catch (error) {
      this.#fail(exchange, error);
      exchange.span?.end(error);
    } finally {
      deadline.leave(exchange);
      this.#release(exchange, holding);
    }
  }

  async #take(exchange: Exchange, deadline: Deadline, holding: Holding): Promise<Stored> {
    const { backend, budget, decode } = this.#context;
    const path = pathOf(exchange.target);
    const maxBytes = this.#maxBytes(exchange);
    // A length beyond the limit is refused before the budget, where it would look like a passing overload.
    if ((exchange.declaredLength ?? 0) > maxBytes)
      throw new SinkError('EventTooLarge', { facts: { problem: 'bodyTooLarge', limit: maxBytes } });
    const sink = (exchange.sink = backend.find(path.namespace, path.name));
    const admission = (holding.admission = budget.admit(sink, exchange.receivedBytes));
    exchange.span = this.#startSpan(exchange, sink);
    if (backend.authorize !== undefined) await exchange.waitFor(backend.authorize(sink, exchange));
    const body = exchange.body ?? (await this.#readBody(exchange, admission, maxBytes));
    exchange.bytes = body.length;
    const event = decode(exchange.rawHeaders, body);
    if (backend.countOf !== undefined) admission.holdEvents(backend.countOf(event));
    holding.storing = backend.store(sink, event, deadline.signal, exchange.span);
    return exchange.waitFor(holding.storing);
  }

  /** Named after the sink, as a request of unknown path must not be: senders could make names without end. */
  #startSpan({ rawHeaders }: Exchange, { namespace, name }: S): Span | undefined {
    const { backend, tracing } = this.#context;
    const tracer = tracing?.tracer();
    if (tracer === undefined) return undefined;
    const span = tracer.start(`POST /${namespace}/${name}`, 'server', tracing?.parentOf(rawHeaders));
    span.set({
      'kn.sink.kind': backend.kind,
      'kn.sink.namespace': namespace,
      'kn.sink.name': name,
      'http.request.method': 'POST',
    });
    return span;
  }

  #maxBytes({ contentType }: Exchange): number {
    const { isBatch, limits } = this.#context;
    const { maxEventBytes, maxBatchBytes = maxEventBytes } = limits;
    return isBatch?.(contentType) === true ? maxBatchBytes : maxEventBytes;
  }

  async #readBody(exchange: Exchange, admission: Admission, maxBytes: number): Promise<Buffer> {
    const { bodyDeadlines, clock } = this.#context;
    const deadline = bodyDeadlines.join(exchange, clock.monotonic());
    admission.receive(exchange);
    try {
      return await exchange.readBody(admission, maxBytes);
    } finally {
      admission.endReceiving();
      deadline.leave(exchange);
    }
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { metrics, replies } = this.#context;
    if (error instanceof ClientGone) metrics.refused(error.name);
    else replies.refuse(exchange, toSinkError(error));
  }

  /** An event whose store outlasts its answer still fills memory, so it stays counted until that settles. */
  #release(exchange: Exchange, { admission, storing }: Holding): void {
    if (admission === undefined) return;
    if (storing === undefined || !exchange.overdue) {
      admission.leave();
      return;
    }
    const { sink } = exchange;
    const about = { namespace: sink?.namespace, sink: sink?.name };
    storing
      .then(
        () => {
          this.#context.logger.warn('Event stored after its deadline', about);
        },
        (error: unknown) => {
          this.#context.logger.warn('Store failed after its deadline', { ...about, error });
        },
      )
      .finally(() => {
        admission.leave();
      });
  }
}

function pathOf(target: string): SinkPath {
  checkTargetLength(target);
  const path = sinkPathOf(target);
  if (path === undefined) throw new SinkError('SinkNotFound');
  return path;
}
