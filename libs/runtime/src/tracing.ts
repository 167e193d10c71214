import type { Logger } from './logger.ts';

/** Where in a trace something happened, as the headers of W3C Trace Context have it. */
export interface SpanContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** What is told about a span; a value is never a payload, nor anything else of unbounded length. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** The part that a span has in the way of an event. */
export type SpanKind = 'server' | 'client' | 'producer';

/** A piece of work that has begun. */
export interface Span {
  /** For those who go on with the event. */
  readonly context: SpanContext;
  child(name: string, kind: SpanKind, attributes?: SpanAttributes): Span;
  set(attributes: SpanAttributes): void;
  /** With what went wrong, if anything did. Only the first call counts. */
  end(error?: unknown): void;
}

/** Makes spans and sends them away in the background. */
export interface Tracer {
  /** Begins a span under that of the sender, or a trace of its own. */
  start(name: string, kind: SpanKind, parent?: SpanContext): Span;
  /** Sends what is left; never rejects. */
  stop(): Promise<void>;
}

/** What {@link loadTracer} takes. */
export interface TracerOptions {
  /** Base URL of an OTLP/HTTP receiver; the path `/v1/traces` is added, as OpenTelemetry has it. */
  readonly endpoint: string | undefined;
  readonly service: string;
  /** The share of traces begun here that is recorded, 0 to 1; a sender's decision is followed. */
  readonly sampleRatio: number;
  readonly logger: Logger;
}

/** Loads OpenTelemetry where there is somewhere to send spans to; otherwise nothing of it is even evaluated. */
export async function loadTracer(options: TracerOptions): Promise<Tracer | undefined> {
  const { endpoint } = options;
  if (endpoint === undefined) return undefined;
  const { createOtlpTracer } = await import('./otlp-tracer.ts');
  return createOtlpTracer({ ...options, endpoint });
}

/** Does work within a span of its own, where there is a span to be under. */
export async function traced<T>(
  parent: Span | undefined,
  name: string,
  work: (span: Span | undefined) => Promise<T>,
  { kind = 'client', attributes }: { kind?: SpanKind; attributes?: SpanAttributes } = {},
): Promise<T> {
  if (parent === undefined) return work(undefined);
  const span = parent.child(name, kind, attributes);
  try {
    const result = await work(span);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
