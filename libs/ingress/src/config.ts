import { envDuration, envInt, type ConfigOrder } from '@event-sinks/runtime';
import type { IngressLimits } from './types.ts';

const mebibyte = 1_048_576;

/** What differs between the data planes. */
export interface IngressDefaults {
  /** No `MAX_EVENT_BYTES` above this is taken. */
  readonly largestEvent: number;
  readonly maxInFlight: number;
  readonly maxInFlightPerSink: number;
}

/** The variables of the HTTP front, to be spread into an app's schema. */
export function ingressVariables(defaults: IngressDefaults) {
  return {
    PORT: envInt({ min: 0, max: 65_535, default: 8080 }),
    MAX_EVENT_BYTES: envInt({ min: 1024, max: defaults.largestEvent, default: mebibyte }),
    MAX_HEADER_BYTES: envInt({ min: 4096, max: mebibyte, default: 65_536 }),
    MAX_IN_FLIGHT: envInt({ min: 1, max: 100_000, default: defaults.maxInFlight }),
    MAX_IN_FLIGHT_BYTES: envInt({ min: mebibyte, max: 2 ** 31, default: 64 * mebibyte }),
    MAX_IN_FLIGHT_PER_SINK: envInt({ min: 1, max: 100_000, default: defaults.maxInFlightPerSink }),
    /** Percent of what is in flight that one namespace may hold alone; 100 where there is only one tenant. */
    NAMESPACE_SHARE: envInt({ min: 10, max: 100, default: 66 }),
    MAX_CONNECTIONS: envInt({ min: 16, max: 100_000, default: 4_096 }),
    /** Unanswered requests of one connection; what follows them is not read. */
    MAX_PIPELINED_REQUESTS: envInt({ min: 1, max: 1_000, default: 16 }),
    REQUEST_DEADLINE: envDuration({ min: 100, max: 600_000, default: 10_000 }),
    HEADERS_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 10_000 }),
    /** Shorter than the deadline, so that an event that arrives late still has time to be stored. */
    BODY_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 8_000 }),
    KEEP_ALIVE_TIMEOUT: envDuration({ min: 1_000, max: 3_600_000, default: 75_000 }),
    /** How long to go on serving after SIGTERM, while the endpoints of the Service catch up. */
    DRAIN_DELAY: envDuration({ min: 0, max: 600_000, default: 5_000 }),
    DRAIN_TIMEOUT: envDuration({ min: 0, max: 600_000, default: 20_000 }),
  };
}

/** Which of {@link ingressVariables} only work together in an order. */
export const ingressOrders: readonly ConfigOrder[] = [
  {
    smaller: 'MAX_EVENT_BYTES',
    larger: 'MAX_IN_FLIGHT_BYTES',
    otherwise: 'events of that size are always refused with 429',
  },
];

/** The values of {@link ingressVariables}. */
export interface IngressConfig {
  readonly MAX_EVENT_BYTES: number;
  readonly MAX_HEADER_BYTES: number;
  readonly MAX_IN_FLIGHT: number;
  readonly MAX_IN_FLIGHT_BYTES: number;
  readonly MAX_IN_FLIGHT_PER_SINK: number;
  readonly NAMESPACE_SHARE: number;
  readonly MAX_CONNECTIONS: number;
  readonly MAX_PIPELINED_REQUESTS: number;
  readonly REQUEST_DEADLINE: number;
  readonly HEADERS_TIMEOUT: number;
  readonly BODY_TIMEOUT: number;
  readonly KEEP_ALIVE_TIMEOUT: number;
  readonly DRAIN_DELAY: number;
  readonly DRAIN_TIMEOUT: number;
}

/** The limits of the front, from the configuration. */
export function ingressLimits(config: IngressConfig): IngressLimits {
  return {
    maxEventBytes: config.MAX_EVENT_BYTES,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    maxInFlight: config.MAX_IN_FLIGHT,
    maxInFlightBytes: config.MAX_IN_FLIGHT_BYTES,
    maxInFlightPerSink: config.MAX_IN_FLIGHT_PER_SINK,
    namespaceShare: config.NAMESPACE_SHARE,
    maxConnections: config.MAX_CONNECTIONS,
    maxPipelinedRequests: config.MAX_PIPELINED_REQUESTS,
    requestDeadlineMs: config.REQUEST_DEADLINE,
    headersTimeoutMs: config.HEADERS_TIMEOUT,
    bodyTimeoutMs: config.BODY_TIMEOUT,
    keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT,
    drainDelayMs: config.DRAIN_DELAY,
    drainTimeoutMs: config.DRAIN_TIMEOUT,
  };
}
