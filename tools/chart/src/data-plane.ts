import { asVariable, duration, group, integer, share, textLike } from './fields.ts';

const mebibyte = 1_048_576;

/** What differs between the data planes. */
export interface DataPlaneDefaults {
  readonly largestEvent: number;
  readonly aboutEvents: string;
  readonly maxInFlight: number;
  readonly maxInFlightPerSink: number;
}

/** Values of whatever takes events over HTTP. */
export function dataPlaneValues(defaults: DataPlaneDefaults) {
  const requests = { min: 1, max: 100_000 };
  return {
    maxEventBytes: asVariable(
      'MAX_EVENT_BYTES',
      integer(defaults.aboutEvents, { min: 1024, max: defaults.largestEvent, default: mebibyte }),
    ),
    maxHeaderBytes: asVariable(
      'MAX_HEADER_BYTES',
      integer('Bytes of a request’s headers at most.', { min: 4096, max: mebibyte, default: 65_536 }),
    ),
    maxInFlight: asVariable(
      'MAX_IN_FLIGHT',
      integer('Requests in one pod at a time; the next one gets 429.', {
        ...requests,
        default: defaults.maxInFlight,
      }),
    ),
    maxInFlightBytes: asVariable(
      'MAX_IN_FLIGHT_BYTES',
      integer('Bytes of events in one pod at a time; the memory limit must leave room for it.', {
        min: mebibyte,
        max: 2 ** 31,
        default: 64 * mebibyte,
      }),
    ),
    maxInFlightPerSink: asVariable(
      'MAX_IN_FLIGHT_PER_SINK',
      integer('Requests to one sink in one pod at a time.', {
        ...requests,
        default: defaults.maxInFlightPerSink,
      }),
    ),
    namespaceShare: asVariable(
      'NAMESPACE_SHARE',
      integer(
        'Percent of what is in flight that one namespace may hold while others hold none; the more they hold, the less it gets. 100 for a cluster of one tenant.',
        { min: 10, max: 100, default: 66 },
      ),
    ),
    maxConnections: asVariable(
      'MAX_CONNECTIONS',
      integer('Connections to one pod at most. Beyond, the peer with the most of them loses an idle one.', {
        min: 16,
        max: 100_000,
        default: 4_096,
      }),
    ),
    maxPipelinedRequests: asVariable(
      'MAX_PIPELINED_REQUESTS',
      integer('Unanswered requests of one connection; what follows them is not read.', {
        min: 1,
        max: 1_000,
        default: 16,
      }),
    ),
    requestDeadline: asVariable(
      'REQUEST_DEADLINE',
      duration('Every request is answered within this time.', '10s', { min: '100ms', max: '10m' }),
    ),
    headersTimeout: asVariable(
      'HEADERS_TIMEOUT',
      duration('How long a sender may take for the headers.', '10s', { min: '100ms', max: '10m' }),
    ),
    bodyTimeout: asVariable(
      'BODY_TIMEOUT',
      duration('How long a sender may take for the event; shorter than the deadline.', '8s', {
        min: '100ms',
        max: '10m',
      }),
    ),
    keepAliveTimeout: asVariable(
      'KEEP_ALIVE_TIMEOUT',
      duration('How long an idle connection is kept; longer than a load balancer in front keeps it.', '75s', {
        min: '1s',
        max: '1h',
      }),
    ),
    drainDelay: asVariable(
      'DRAIN_DELAY',
      duration(
        'How long to go on serving after the pod was told to end, while the Service’s endpoints catch up.',
        '5s',
        { min: '0s', max: '10m' },
      ),
    ),
    drainTimeout: asVariable(
      'DRAIN_TIMEOUT',
      duration('How long to wait for requests in flight after that.', '20s', { min: '0s', max: '10m' }),
    ),
    tracing: group('Spans of requests, by OTLP over HTTP.', {
      endpoint: asVariable(
        'OTEL_EXPORTER_OTLP_ENDPOINT',
        textLike(
          /^(https?:\/\/[^\s@/]+(\/[^\s]*)?)?$/,
          'Base URL of a receiver, such as `http://collector.observability:4318`; nothing is traced without.',
        ),
      ),
      sampleRatio: asVariable(
        'OTEL_TRACES_SAMPLER_ARG',
        share('Share of the traces begun here that is recorded; a sender’s decision is followed.', '1'),
      ),
    }),
  };
}
