import { decodeHttp, readTraceContext, type CloudEvent, type TraceContext } from '@event-sinks/cloudevents';

/** What one request brings. */
export interface Incoming {
  readonly event: CloudEvent;
  /** The sender's place in a trace. */
  readonly trace: TraceContext | undefined;
}

/** @throws SinkError as `decodeHttp` does. */
export function decodeIncoming(rawHeaders: readonly string[], body: Buffer): Incoming {
  return { event: decodeHttp(rawHeaders, body), trace: readTraceContext(rawHeaders) };
}
