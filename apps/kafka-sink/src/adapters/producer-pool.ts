import {
  createProducer,
  type AddressGuard,
  type KafkaDriver,
  type KafkaProducer,
  type ProducerLimits,
} from '@event-sinks/kafka';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { Destination } from '../domain/sink-route.ts';
import type { OutgoingRecord } from '../domain/to-record.ts';
import type { BatchMeter, ProducerMetrics, ProducersNow } from './producer-metrics.ts';
import { producerLog } from './producer-log.ts';
import { TopicLine, type BatchLimits } from './topic-line.ts';

/** A share in a producer, for one sink. */
export interface ProducerLease {
  /**
   * Resolves when all in-sync replicas have the record. A record that is still in line at the deadline is not sent.
   * @throws SinkError when they do not have it.
   */
  send(record: OutgoingRecord, deadline: AbortSignal): Promise<void>;
  /** Lets the next record try credentials that were refused a moment ago. */
  retryLogin(): void;
  /** Gives the share back; the last one closes the producer, after what is under way has been answered. */
  release(): Promise<void>;
}

/** What a {@link ProducerPool} works with. */
export interface ProducerPoolOptions {
  readonly driver: KafkaDriver;
  readonly addressGuard: AddressGuard;
  readonly limits: Partial<ProducerLimits>;
  readonly batch: BatchLimits;
  /** Producers at once, those not counted that are only closed after another has taken their place. */
  readonly maxProducers: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: ProducerMetrics;
  /** The sinks that write to a topic by a producer, for the log. */
  readonly writersOf: (producerKey: string, topic: string) => readonly string[];
}

interface PooledProducer {
  readonly producer: KafkaProducer;
  readonly meter: BatchMeter;
  /** One line per topic: a topic that is stuck must not hold up the others of its cluster. */
  readonly lines: Map<string, TopicLine>;
  leases: number;
  underWay: number;
  /** Set while the producer only finishes its work. */
  onFinished: (() => void) | undefined;
}

/** One producer per cluster and credentials, however many sinks write to it. */
export class ProducerPool {
  readonly #options: ProducerPoolOptions;
  readonly #producers = new Map<string, PooledProducer>();

  constructor(options: ProducerPoolOptions) {
    this.#options = options;
  }

  /** Whether there is a producer for this destination, or room for one more. */
  hasRoomFor(destination: Destination): boolean {
    return this.#producers.has(destination.producerKey) || this.#producers.size < this.#options.maxProducers;
  }

  /** A share in the destination's producer, which is made when there is none, whatever the limit. */
  acquire(destination: Destination, topic: string): ProducerLease {
    const key = destination.producerKey;
    const pooled = this.#producers.get(key) ?? this.#open(destination);
    const line = pooled.lines.get(topic) ?? this.#openLine(pooled, topic);
    pooled.leases += 1;
    line.leases += 1;
    let isReleased = false;
    return {
      send: (record, deadline) => send(pooled, line, record, deadline),
      retryLogin: () => {
        pooled.producer.retryLogin();
      },
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        line.leases -= 1;
        if (line.leases === 0 && pooled.lines.get(topic) === line) pooled.lines.delete(topic);
        pooled.leases -= 1;
        if (pooled.leases === 0) await this.#close(key, pooled);
      },
    };
  }

  /** How the producers stand, for metrics. */
  now(): ProducersNow {
    const sum = { producers: this.#producers.size, queuedRecords: 0, queuedBytes: 0, queueAge: 0 };
    for (const { lines } of this.#producers.values()) {
      for (const line of lines.values()) {
        const { records, bytes } = line.queued();
        sum.queuedRecords += records;
        sum.queuedBytes += bytes;
        sum.queueAge = Math.max(sum.queueAge, line.queueAge());
      }
    }
    return sum;
  }

  #open({ bootstrapServers, security, producerKey }: Destination): PooledProducer {
    const { driver, addressGuard, limits, clock, metrics, writersOf } = this.#options;
    const logger = producerLog(this.#options.logger, clock, (topic) => ({
      sinks: writersOf(producerKey, topic),
    }));
    const cluster = { bootstrapServers, clientId: 'event-sinks-kafka-sink', addressGuard };
    const connection = security === undefined ? cluster : { ...cluster, security };
    const producer = createProducer({ driver, connection, limits, logger });
    const meter = metrics.open(bootstrapServers);
    const pooled = { producer, meter, lines: new Map(), leases: 0, underWay: 0, onFinished: undefined };
    this.#producers.set(producerKey, pooled);
    return pooled;
  }

  #openLine({ producer, meter, lines }: PooledProducer, topic: string): TopicLine {
    const { batch, clock } = this.#options;
    const line = new TopicLine({ producer, batch, clock, meter });
    lines.set(topic, line);
    return line;
  }

  async #close(key: string, pooled: PooledProducer): Promise<void> {
    // From here on a new lease opens a new producer; this one only finishes its work.
    if (this.#producers.get(key) === pooled) this.#producers.delete(key);
    if (pooled.underWay > 0) await new Promise<void>((resolve) => (pooled.onFinished = resolve));
    await pooled.producer.close();
    pooled.meter.close();
  }
}

async function send(
  pooled: PooledProducer,
  line: TopicLine,
  record: OutgoingRecord,
  deadline: AbortSignal,
): Promise<void> {
  pooled.underWay += 1;
  const result = await line.add(record, deadline);
  pooled.underWay -= 1;
  if (pooled.underWay === 0) pooled.onFinished?.();
  if (!result.ok) throw result.error;
}
