import { counter, gauge, histogram, type Registry } from '@event-sinks/runtime';
import type { ServedSink } from './types.ts';

/** What the metrics know of the front. */
export interface MeasuredFront {
  readonly kind: string;
  /** Events in flight now. */
  readonly inFlight: () => number;
  readonly maxInFlight: number;
  /** Bytes of events in flight now. */
  readonly bytesInFlight: () => number;
  /** Bytes that wait on connections now and belong to no request yet. */
  readonly unparsedBytes: () => number;
  /** Connections that are open now. */
  readonly connections: () => number;
}

/** More than are deleted while a request is answered; a uid never comes back. */
const mostGone = 10_000;

/** What the front measures. A label's value never comes from a request: sinks are named once they are found. */
export class IngressMetrics {
  readonly #kind: string;
  readonly #duration;
  readonly #refused;
  readonly #bytes;
  readonly #cut;
  readonly #statuses = new Set<number>();
  /** uids of sinks that are gone, for the requests that were in flight when they went. */
  readonly #gone = new Set<string>();

  constructor(registry: Registry, front: MeasuredFront) {
    this.#kind = front.kind;
    this.#duration = histogram(registry, 'kn_eventing_dispatch_duration_seconds');
    this.#refused = counter(registry, 'event_sinks_requests_refused_total');
    this.#bytes = counter(registry, 'event_sinks_received_bytes_total');
    gauge(registry, 'event_sinks_requests_in_flight', (now) => {
      now.set(front.inFlight());
    });
    gauge(registry, 'event_sinks_requests_in_flight_limit').set(front.maxInFlight);
    gauge(registry, 'event_sinks_bytes_in_flight', (now) => {
      now.set(front.bytesInFlight());
    });
    gauge(registry, 'event_sinks_unparsed_bytes', (now) => {
      now.set(front.unparsedBytes());
    });
    gauge(registry, 'event_sinks_connections', (now) => {
      now.set(front.connections());
    });
    this.#cut = counter(registry, 'event_sinks_connections_cut_total');
  }

  /** An event for this sink was answered; a sink that is gone meanwhile gets no series again. */
  dispatched(sink: ServedSink, status: number, ms: number): void {
    if (this.#gone.has(sink.uid)) return;
    this.#statuses.add(status);
    this.#duration.observe(this.#labels(sink, status), ms / 1000);
  }

  /** A connection was closed because of a limit. */
  connectionCut(limit: 'connections' | 'unparsed-bytes'): void {
    this.#cut.inc({ limit });
  }

  /** A request was refused. */
  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  /** A request whose body of so many bytes was read whole is answered. */
  received(bytes: number, status: number): void {
    this.#bytes.inc({ http_response_status_code: status }, bytes);
  }

  /** Drops the series of a sink that is gone. */
  forget(sink: Pick<ServedSink, 'namespace' | 'name' | 'uid'>): void {
    this.#gone.add(sink.uid);
    const [longestGone] = this.#gone;
    if (this.#gone.size > mostGone && longestGone !== undefined) this.#gone.delete(longestGone);
    for (const status of this.#statuses) this.#duration.remove(this.#labels(sink, status));
  }

  #labels(sink: Pick<ServedSink, 'namespace' | 'name'>, status: number) {
    return {
      kn_sink_name: sink.name,
      kn_sink_namespace: sink.namespace,
      kn_sink_kind: this.#kind,
      http_response_status_code: status,
    };
  }
}
