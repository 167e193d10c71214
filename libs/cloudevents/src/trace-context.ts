import type { CloudEvent } from './cloud-event.ts';

/** Where in a trace something happened (W3C Trace Context, 3). */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** W3C Trace Context 3.2: no version ff, no trace or parent of zeros only. */
const traceparentForm = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** W3C Trace Context 3.3.1.5 asks to propagate so much; its characters are printable ASCII. */
const tracestateForm = /^[ -~]{1,512}$/;

/**
 * The context of a request, from Node's list of alternating names and values. Absent and malformed are the same, as is
 * a traceparent that comes twice; several tracestates are one list.
 */
export function readTraceContext(rawHeaders: readonly string[]): TraceContext | undefined {
  let parent: string | undefined;
  let state: string | undefined;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (name.length === 11 && name.toLowerCase() === 'traceparent') {
      parent = parent === undefined ? value : `${parent},${value}`;
    } else if (name.length === 10 && name.toLowerCase() === 'tracestate') {
      state = state === undefined ? value : `${state},${value}`;
    }
  }
  return contextOf(parent, state);
}

/** The context in which the event came about, by the distributed tracing extension. */
export function traceContextOf({ extensions }: CloudEvent): TraceContext | undefined {
  return contextOf(extensions.get('traceparent'), extensions.get('tracestate'));
}

/**
 * The event with a context in its distributed tracing extension, unless it has one already: that is where its trace
 * began, and no hop may put its own in the place (CloudEvents, distributed tracing extension). A state without a parent
 * is an attribute of the event as well, and a parent beside it would not be the one that it belongs to.
 */
export function withTraceContext(event: CloudEvent, trace: TraceContext | undefined): CloudEvent {
  const { extensions } = event;
  if (trace === undefined || extensions.has('traceparent') || extensions.has('tracestate')) return event;
  const extended = new Map(extensions).set('traceparent', trace.traceparent);
  if (trace.tracestate !== undefined) extended.set('tracestate', trace.tracestate);
  return { ...event, extensions: extended };
}

function contextOf(traceparent: unknown, tracestate: unknown): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !traceparentForm.test(traceparent)) return undefined;
  const hasState = typeof tracestate === 'string' && tracestateForm.test(tracestate);
  return hasState ? { traceparent, tracestate } : { traceparent };
}
