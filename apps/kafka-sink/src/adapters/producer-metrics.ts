import type { MetricOfType } from '@event-sinks/metrics';
import type { ProducerMeter } from '@event-sinks/kafka';
import { counter, gauge, histogram, type Registry } from '@event-sinks/runtime';

/** How the producers stand. */
export interface ProducersNow {
  readonly producers: number;
  readonly queuedRecords: number;
  readonly queuedBytes: number;
  /** Seconds; of the topic where it is longest. */
  readonly queueAge: number;
}

/** What is read whenever metrics are. */
export interface ReadNow extends ProducersNow {
  readonly secrets: number;
}

/** Measures what becomes of one producer's records and batches. */
export interface ClusterMeter extends ProducerMeter {
  /** Drops the series of the cluster, if this was its last producer. */
  close(): void;
}

/**
 * What the producers measure. No label names a topic or a sink; there are as many clusters as producers at most, and
 * as many results as codes.
 */
export class ProducerMetrics {
  readonly #duration;
  readonly #batchRecords;
  readonly #records;
  /** Producers and results seen, by cluster. */
  readonly #clusters = new Map<string, { producers: number; readonly results: Set<string> }>();

  constructor(registry: Registry) {
    this.#duration = histogram(registry, 'event_sinks_kafka_produce_duration_seconds');
    this.#batchRecords = histogram(registry, 'event_sinks_kafka_batch_records');
    this.#records = counter(registry, 'event_sinks_kafka_records_total');
  }

  /** For a producer that writes to these brokers. */
  open(bootstrapServers: readonly string[]): ClusterMeter {
    const cluster = [...bootstrapServers].sort().at(0) ?? '';
    const seen = this.#clusters.get(cluster) ?? { producers: 0, results: new Set() };
    this.#clusters.set(cluster, seen);
    seen.producers += 1;
    const count = (result: string, records: number): void => {
      seen.results.add(result);
      this.#records.inc({ result, cluster }, records);
    };
    let acknowledged = 0;
    return {
      settled: (result) => {
        // Counted by the batch: a counter with labels costs more than the rest of a record's way.
        if (result === 'acknowledged') acknowledged += 1;
        else count(result, 1);
      },
      decided: (outcome, records, seconds) => {
        if (acknowledged > 0) count('acknowledged', acknowledged);
        acknowledged = 0;
        this.#batchRecords.observe(records);
        this.#duration.observe({ outcome }, seconds);
      },
      close: () => {
        seen.producers -= 1;
        if (seen.producers > 0) return;
        this.#clusters.delete(cluster);
        for (const result of seen.results) this.#records.remove({ result, cluster });
      },
    };
  }
}

const gauges: readonly (readonly [name: MetricOfType<'gauge'>, read: (now: ReadNow) => number])[] = [
  ['event_sinks_kafka_producers', (now) => now.producers],
  ['event_sinks_kafka_queued_records', (now) => now.queuedRecords],
  ['event_sinks_kafka_queued_bytes', (now) => now.queuedBytes],
  ['event_sinks_kafka_queue_age_seconds', (now) => now.queueAge],
  ['event_sinks_secrets_followed', (now) => now.secrets],
];

/** Exposes what is known without measuring. */
export function exposeGauges(registry: Registry, now: () => ReadNow): void {
  for (const [name, read] of gauges) {
    gauge(registry, name, (metric) => {
      metric.set(read(now()));
    });
  }
}
