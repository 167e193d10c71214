import {
  decodeHttpOrBatch,
  readTraceContext,
  type BatchLimits,
  type CloudEvent,
  type TraceContext,
} from '@event-sinks/cloudevents';

/** What one request brings. */
export interface Incoming {
  /** One event, or the events of a batch in their order; there may be none. */
  readonly events: CloudEvent | readonly CloudEvent[];
  readonly trace: TraceContext | undefined;
}

/** The way from a request to its events. @throws SinkError from the function, as `decodeHttpOrBatch` does. */
export function incomingDecoder(
  limits: BatchLimits,
): (rawHeaders: readonly string[], body: Buffer) => Incoming {
  return (rawHeaders, body) => ({
    events: decodeHttpOrBatch(rawHeaders, body, limits),
    trace: readTraceContext(rawHeaders),
  });
}

/** How many events a request has brought. */
export function countOf({ events }: Incoming): number {
  return isBatch(events) ? events.length : 1;
}

/** `Array.isArray` does not narrow an array that is read-only. */
export function isBatch(events: Incoming['events']): events is readonly CloudEvent[] {
  return Array.isArray(events);
}
