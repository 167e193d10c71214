import type { SinkError } from '@event-sinks/errors';
import {
  createKafkaJsProducer,
  microBatcher,
  type KafkaProducer,
  type MicroBatcher,
  type ProducerLimits,
} from '@event-sinks/kafka';
import type { Logger } from '@event-sinks/runtime';
import { clusterKey, type SinkRoute } from '../domain/sink-route.ts';
import type { OutgoingRecord } from '../domain/to-record.ts';

/** A share in a producer, for one sink. */
export interface ProducerLease {
  /**
   * Resolves when all in-sync replicas have the record. A record that is still in line at the deadline is not sent.
   * @throws SinkError when they do not have it.
   */
  send(record: OutgoingRecord, deadline: AbortSignal): Promise<void>;
  /** Gives the share back; the last one closes the producer, after what is under way has been answered. */
  release(): Promise<void>;
}

/** Limits on what one producer holds. */
export interface BatchLimits {
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/** What a {@link ProducerPool} works with. */
export interface ProducerPoolOptions {
  readonly limits: Partial<ProducerLimits>;
  readonly batch: BatchLimits;
  readonly logger: Logger;
}

interface PooledProducer {
  readonly producer: KafkaProducer;
  /** One line per topic: a topic that is stuck must not hold up the others of its cluster. */
  readonly lines: Map<string, MicroBatcher>;
  readonly underWay: Set<Promise<unknown>>;
  leases: number;
}

/** One producer per cluster, however many sinks write to it. */
export class ProducerPool {
  readonly #options: ProducerPoolOptions;
  readonly #producers = new Map<string, PooledProducer>();

  constructor(options: ProducerPoolOptions) {
    this.#options = options;
  }

  acquire(route: SinkRoute): ProducerLease {
    const key = clusterKey(route);
    const pooled = this.#producers.get(key) ?? this.#open(key, route.bootstrapServers);
    pooled.leases += 1;
    let released = false;
    return {
      send: (record, deadline) => this.#send(pooled, record, deadline),
      release: async () => {
        if (released) return;
        released = true;
        pooled.leases -= 1;
        if (pooled.leases === 0) await this.#close(key, pooled);
      },
    };
  }

  #open(key: string, bootstrapServers: readonly string[]): PooledProducer {
    const { limits, logger } = this.#options;
    const connection = { bootstrapServers, clientId: 'event-sinks-kafka-sink' };
    const producer = createKafkaJsProducer({ connection, limits, logger });
    const pooled: PooledProducer = { producer, lines: new Map(), underWay: new Set(), leases: 0 };
    this.#producers.set(key, pooled);
    return pooled;
  }

  async #close(key: string, pooled: PooledProducer): Promise<void> {
    // From here on a new lease opens a new producer; this one only finishes its work.
    if (this.#producers.get(key) === pooled) this.#producers.delete(key);
    await Promise.allSettled(pooled.underWay);
    await pooled.producer.close();
  }

  async #send(pooled: PooledProducer, record: OutgoingRecord, deadline: AbortSignal): Promise<void> {
    const sending = this.#lineOf(pooled, record.topic).add(record, deadline);
    pooled.underWay.add(sending);
    const result = await sending.finally(() => pooled.underWay.delete(sending));
    if (!result.ok) throw result.error satisfies SinkError;
  }

  #lineOf(pooled: PooledProducer, topic: string): MicroBatcher {
    const existing = pooled.lines.get(topic);
    if (existing) return existing;
    const line = microBatcher({ send: (batch) => pooled.producer.send(batch), ...this.#options.batch });
    pooled.lines.set(topic, line);
    return line;
  }
}
