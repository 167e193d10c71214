import type { IngressLimits } from '@event-sinks/ingress';
import type { Config } from './config.ts';

/** The limits of the HTTP front, from the configuration. */
export function ingressLimits(config: Config): IngressLimits {
  return {
    maxEventBytes: config.MAX_EVENT_BYTES,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    maxInFlight: config.MAX_IN_FLIGHT,
    maxInFlightBytes: config.MAX_IN_FLIGHT_BYTES,
    maxInFlightPerSink: config.MAX_IN_FLIGHT_PER_SINK,
    requestDeadlineMs: config.REQUEST_DEADLINE,
    headersTimeoutMs: config.HEADERS_TIMEOUT,
    bodyTimeoutMs: config.BODY_TIMEOUT,
    keepAliveTimeoutMs: config.KEEP_ALIVE_TIMEOUT,
    drainDelayMs: config.DRAIN_DELAY,
    drainTimeoutMs: config.DRAIN_TIMEOUT,
  };
}
