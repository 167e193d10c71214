import { Counter, Gauge, Histogram, type Registry } from '@event-sinks/runtime';
import type { ServedSink } from './types.ts';

const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const sinkLabels = [
  'kn_sink_name',
  'kn_sink_namespace',
  'kn_sink_kind',
  'http_response_status_code',
] as const;

/** What the front measures. A label's value never comes from a request: sinks are named once they are found. */
export class IngressMetrics {
  readonly #kind: string;
  readonly #duration: Histogram<(typeof sinkLabels)[number]>;
  readonly #refused: Counter<'reason'>;
  readonly #bytes: Counter;
  readonly #statuses = new Set<number>();

  constructor(registry: Registry, kind: string, inFlight: () => number) {
    const registers = [registry];
    this.#kind = kind;
    this.#duration = new Histogram({
      name: 'kn_eventing_dispatch_duration_seconds',
      help: 'Time from the end of an event’s headers to its answer, for events sent to a sink that exists.',
      labelNames: sinkLabels,
      buckets: durationBuckets,
      registers,
    });
    this.#refused = new Counter({
      name: 'event_sinks_requests_refused_total',
      help: 'Requests that were refused, by the value of the Reason header; ClientGone had nobody to answer.',
      labelNames: ['reason'],
      registers,
    });
    this.#bytes = new Counter({
      name: 'event_sinks_received_bytes_total',
      help: 'Bytes of event bodies that were read whole.',
      registers,
    });
    new Gauge({
      name: 'event_sinks_requests_in_flight',
      help: 'Events that are being received or stored.',
      registers,
      collect() {
        this.set(inFlight());
      },
    });
  }

  /** An event for this sink was answered. */
  dispatched(sink: ServedSink, status: number, ms: number): void {
    this.#statuses.add(status);
    this.#duration.observe(this.#labels(sink, status), ms / 1000);
  }

  /** A request was refused. */
  refused(reason: string): void {
    this.#refused.inc({ reason });
  }

  /** A body of so many bytes has been read. */
  received(bytes: number): void {
    this.#bytes.inc(bytes);
  }

  /** Drops the series of a sink that is gone. */
  forget(sink: Pick<ServedSink, 'namespace' | 'name'>): void {
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
