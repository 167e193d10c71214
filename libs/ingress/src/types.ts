import type { Clock, Health, Logger, Registry, Span, SpanContext, Tracer } from '@event-sinks/runtime';
import type { Router } from 'express';
import type { IncomingHttpHeaders } from 'node:http';

/** A sink as the front sees it: enough to find it, count it and tell which version of it is served. */
export interface ServedSink {
  readonly uid: string;
  readonly generation: number;
  readonly namespace: string;
  readonly name: string;
}

/** What a successful store tells the sender. */
export interface Stored {
  /** Goes into the `Location` header; must already be escaped. */
  readonly location?: string;
}

/** What stands behind the front: the sinks of one kind, and the place where their events are kept. */
export interface SinkBackend<S extends ServedSink, E> {
  readonly kind: 'JobSink' | 'KafkaSink';
  /** The sink of that name as it is served now; throws `SinkNotFound` or `SinkTerminating`. Called often. */
  find(namespace: string, name: string): S;
  /** Resolves when the sender may use the sink. Runs before a byte of the body is read. */
  authorize?(sink: S, request: { readonly headers: IncomingHttpHeaders }): Promise<void>;
  /**
   * Resolves when the event is durable. It goes on when the client leaves. When `deadline` aborts, the sender
   * has its 503; the promise must then settle soon, because the event counts as in flight until it does. `span` is
   * that of the request, where requests are traced.
   */
  store(sink: S, event: E, deadline: AbortSignal, span?: Span): Promise<Stored>;
  /** More headers (name, value, …) for the answer to a probe of the controller, which is told that the sink is served. */
  probeHeaders?(sink: S): readonly string[];
  /** How many events this is; one by default. */
  countOf?(event: E): number;
}

/** Turns headers (name, value, name, value …) and the whole body into an event; throws a `SinkError`. */
export type EventDecoder<E> = (rawHeaders: readonly string[], body: Buffer) => E;

/** Every bound of the front. Times are milliseconds. */
export interface IngressLimits {
  /** Largest body; one byte more is 413. */
  readonly maxEventBytes: number;
  /** Largest body of a batch, where `isBatch` of the options tells one; that of an event by default. */
  readonly maxBatchBytes?: number;
  /** Request line and headers together; more is 431, or 414 when the line alone is too long. */
  readonly maxHeaderBytes: number;
  /** Requests with events in flight in this process, counted until their store has settled; more is 429. */
  readonly maxInFlight: number;
  /**
   * Bytes of events in flight, headers included, counted as they come; more is 429. A sink may hold as much as is free, so
   * one alone gets half. A quarter as much again may wait unread on connections, or those are cut.
   */
  readonly maxInFlightBytes: number;
  /** Events in flight in this process, those within batches counted one by one; more is 429. No limit by default. */
  readonly maxEventsInFlight?: number;
  /** Requests in flight for one sink, so that a stuck one leaves room for the others; more is 429. */
  readonly maxInFlightPerSink: number;
  /**
   * Percent of the requests, events and bytes in flight that one namespace may hold while others hold none; 100 for no
   * share. See `fairShare`.
   */
  readonly namespaceShare: number;
  /** Connections at a time. Beyond, the peer with the most of them loses one on which nothing is served. */
  readonly maxConnections: number;
  /** Requests of one connection that wait for their answers; what follows them is not read before one is answered. */
  readonly maxPipelinedRequests: number;
  /** From the headers' arrival to the answer; 503, or 408 when it is the body that is late. */
  readonly requestDeadlineMs: number;
  /** From the connection, or the previous answer, to the end of the headers; 408. */
  readonly headersTimeoutMs: number;
  /** From the end of the headers to the end of the body; 408. */
  readonly bodyTimeoutMs: number;
  /** How long a connection may stay open without a request; longer than that of any proxy in front. */
  readonly keepAliveTimeoutMs: number;
  /** After so many requests a connection is closed, which spreads clients over new replicas. */
  readonly maxRequestsPerSocket?: number;
  /** How long to serve on after readiness is off, until nothing routes to this process any more. */
  readonly drainDelayMs: number;
  /** How long requests in flight may take after that, before their connections are cut. */
  readonly drainTimeoutMs: number;
}

/** How requests with events are traced. */
export interface FrontTracing {
  /** Known once it is loaded; until then nothing is traced. */
  readonly tracer: () => Tracer | undefined;
  /** The sender's context, from a list of alternating names and values. */
  readonly parentOf: (rawHeaders: readonly string[]) => SpanContext | undefined;
}

/** What `createIngress` takes. */
export interface IngressOptions<S extends ServedSink, E> {
  readonly backend: SinkBackend<S, E>;
  readonly decode: EventDecoder<E>;
  readonly limits: IngressLimits;
  /** Whether a body of this Content-Type is a batch of events; none is by default. */
  readonly isBatch?: (contentType: string | undefined) => boolean;
  /** Reads plain requests without Node's objects for requests and answers: for backends that store in microseconds. */
  readonly plainLane?: boolean;
  /** All addresses by default. */
  readonly host?: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly health: Health;
  readonly tracing?: FrontTracing | undefined;
  /** Adds routes beside the sinks', for any method but POST and OPTIONS. What they throw is answered as a refusal. */
  readonly extraRoutes?: (router: Router) => void;
}

/** A front that is made but serves only after {@link Ingress.listen}. */
export interface Ingress {
  /** Resolves with the port once connections are taken; rejects when they cannot be. */
  listen(): Promise<{ readonly port: number }>;
  /**
   * Leaves without a lost answer: readiness off, answers that close their connection, no new connections after
   * `drainDelayMs`, and an end when nothing is in flight or after `drainTimeoutMs`. The same promise each time.
   */
  drain(): Promise<void>;
  /** Cuts everything at once. */
  close(): Promise<void>;
  /** Drops the metric series of a sink that is gone; without it they would pile up. */
  forget(sink: Pick<ServedSink, 'namespace' | 'name' | 'uid'>): void;
}
