import {
  context,
  createTraceState,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { Logger } from './logger.ts';
import type { Span, SpanAttributes, SpanContext, SpanKind, Tracer, TracerOptions } from './tracing.ts';

const kinds: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
};

/** A collector that is away costs memory up to this many spans; further ones are dropped. */
const maxQueuedSpans = 2_048;
const exportTimeoutMs = 5_000;

/** Sends spans by OTLP over HTTP, in batches and in the background. */
export function createOtlpTracer(options: TracerOptions & { readonly endpoint: string }): Tracer {
  logProblems(options.logger);
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: exportTimeoutMs,
  });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: maxQueuedSpans,
    scheduledDelayMillis: 1_000,
    exportTimeoutMillis: exportTimeoutMs,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': options.service, 'service.namespace': 'event-sinks' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('event-sinks');
  return {
    start: (name, kind, parent) =>
      new OtlpSpan(tracer, tracer.startSpan(name, { kind: kinds[kind] }, remote(parent))),
    stop: async () => {
      await provider.shutdown().catch((error: unknown) => {
        options.logger.warn('The last spans could not be sent', { error });
      });
    },
  };
}

class OtlpSpan implements Span {
  readonly #tracer: OtelTracer;
  readonly #span: OtelSpan;

  constructor(tracer: OtelTracer, span: OtelSpan) {
    this.#tracer = tracer;
    this.#span = span;
  }

  get context(): SpanContext {
    const { traceId, spanId, traceFlags, traceState } = this.#span.spanContext();
    const flags = traceFlags.toString(16).padStart(2, '0');
    const traceparent = `00-${traceId}-${spanId}-${flags}`;
    const tracestate = traceState?.serialize() ?? '';
    return tracestate === '' ? { traceparent } : { traceparent, tracestate };
  }

  child(name: string, kind: SpanKind, attributes: SpanAttributes = {}): Span {
    const under = trace.setSpan(ROOT_CONTEXT, this.#span);
    return new OtlpSpan(this.#tracer, this.#tracer.startSpan(name, { kind: kinds[kind], attributes }, under));
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  end(error?: unknown): void {
    if (!this.#span.isRecording()) return;
    if (error !== undefined) {
      // The name and no message: that may have words of the API server or of Kafka about objects of others.
      const named = error instanceof Error ? error : undefined;
      const type = named !== undefined && 'code' in named ? String(named.code) : (named?.name ?? 'error');
      this.#span.setAttribute('error.type', type);
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.#span.end();
  }
}

/** A context as the sender has written it; whoever reads headers has checked its form. */
function remote(parent: SpanContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = '00'] = parent.traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & 1,
    isRemote: true,
    ...(parent.tracestate !== undefined && { traceState: createTraceState(parent.tracestate) }),
  });
}

/** OpenTelemetry tells of its troubles, such as a collector that is away, in one place of the process. */
function logProblems(logger: Logger): void {
  const tell = (message: string): void => {
    logger.warn('Spans could not be sent', { reason: message });
  };
  const quiet = (): undefined => undefined;
  diag.setLogger(
    { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  // Spans are handed on by hand, so no context manager is ever asked.
  context.disable();
}
