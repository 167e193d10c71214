import { SinkError } from '@event-sinks/errors';
import { createProducer, type AddressGuard, type KafkaDriver, type ProducerLimits } from '@event-sinks/kafka';
import type { Clock, Logger } from '@event-sinks/runtime';
import { NamespaceSlots } from '../domain/namespace-slots.ts';
import type { Destination } from '../domain/sink-route.ts';
import type { OutgoingRecord } from '../domain/to-record.ts';
import { PooledProducer } from './pooled-producer.ts';
import { producerLog } from './producer-log.ts';
import type { ProducerMetrics, ProducersNow } from './producer-metrics.ts';
import { TopicLine, type BatchLimits } from './topic-line.ts';

/** A share in a producer, for one sink. */
export interface ProducerLease {
  /**
   * Resolves when all in-sync replicas have the record. A record that is still in line at the deadline is not sent. The
   * first one makes the producer.
   * @throws SinkError when they do not have it.
   */
  send(record: OutgoingRecord, deadline: AbortSignal): Promise<void>;
  /** Lets the next record try credentials that were refused a moment ago. */
  retryLogin(): void;
  /** Whether the producer has been made. */
  isOpen(): boolean;
  /** Whether the producer has been made, or may be made now. */
  canSend(): boolean;
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
  /** Percent of them that one namespace may have while others have none. */
  readonly namespaceShare: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: ProducerMetrics;
  /** The sinks that write to a topic by a producer, for the log. */
  readonly writersOf: (producerKey: string, topic: string) => readonly string[];
}

/** For whom a producer is used. */
export interface ProducerUser {
  readonly topic: string;
  readonly namespace: string;
  /** What the sink has used so far; if that is open, the new producer takes its place whatever the limit. */
  readonly replaces?: ProducerLease | undefined;
}

/**
 * One producer per cluster and credentials, however many sinks write to it. It is made with the first event, so a sink that
 * gets none takes no place from others.
 */
export class ProducerPool {
  readonly #options: ProducerPoolOptions;
  readonly #producers = new Map<string, PooledProducer>();
  readonly #slots: NamespaceSlots;

  constructor(options: ProducerPoolOptions) {
    this.#options = options;
    this.#slots = new NamespaceSlots(options.maxProducers, options.namespaceShare);
  }

  /** A share in the destination's producer. */
  acquire(destination: Destination, { topic, namespace, replaces }: ProducerUser): ProducerLease {
    const pooled = this.#producers.get(destination.producerKey) ?? this.#add(destination);
    const line = pooled.lines.get(topic) ?? this.#openLine(pooled, topic);
    const takesPlace = replaces?.isOpen() === true;
    pooled.leases += 1;
    line.leases += 1;
    let isReleased = false;
    const canSend = (): boolean =>
      pooled.opened !== undefined || takesPlace || this.#slots.hasRoomFor(namespace);
    const open = (): SinkError | undefined => {
      if (pooled.isClosing) return new SinkError('KafkaUnavailable', { detail: 'the sink has just changed' });
      if (!canSend()) return noRoom();
      this.#open(pooled, namespace);
      return undefined;
    };
    return {
      canSend,
      isOpen: () => pooled.opened !== undefined,
      send: (record, deadline) => {
        const problem = pooled.opened === undefined ? open() : undefined;
        // No promise in between where the producer is there.
        return problem === undefined ? send(pooled, line, record, deadline) : Promise.reject(problem);
      },
      retryLogin: () => {
        pooled.opened?.producer.retryLogin();
      },
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        line.leases -= 1;
        if (line.leases === 0 && pooled.lines.get(topic) === line) pooled.lines.delete(topic);
        pooled.leases -= 1;
        if (pooled.leases === 0) await this.#close(pooled);
      },
    };
  }

  /** How the producers stand, for metrics. */
  now(): ProducersNow {
    const sum = { producers: this.#slots.total, queuedRecords: 0, queuedBytes: 0, queueAge: 0 };
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

  #add(destination: Destination): PooledProducer {
    const pooled = new PooledProducer(destination);
    this.#producers.set(destination.producerKey, pooled);
    return pooled;
  }

  #open(pooled: PooledProducer, namespace: string): void {
    const { driver, addressGuard, limits, clock, metrics, writersOf } = this.#options;
    const { bootstrapServers, security, producerKey } = pooled.destination;
    const logger = producerLog(this.#options.logger, clock, (topic) => ({
      sinks: writersOf(producerKey, topic),
    }));
    const cluster = { bootstrapServers, clientId: 'event-sinks-kafka-sink', addressGuard };
    const connection = security === undefined ? cluster : { ...cluster, security };
    const producer = createProducer({ driver, connection, limits, logger });
    pooled.opened = { producer, meter: metrics.open(bootstrapServers), namespace };
    this.#slots.take(namespace);
  }

  #openLine(pooled: PooledProducer, topic: string): TopicLine {
    const { batch, clock } = this.#options;
    const line = new TopicLine({ producer: pooled, batch, clock, meter: pooled });
    pooled.lines.set(topic, line);
    return line;
  }

  async #close(pooled: PooledProducer): Promise<void> {
    // From here on a new lease opens a new producer; this one only finishes its work.
    const { producerKey } = pooled.destination;
    if (this.#producers.get(producerKey) === pooled) this.#producers.delete(producerKey);
    pooled.isClosing = true;
    const { opened } = pooled;
    if (opened === undefined) return;
    this.#slots.giveBack(opened.namespace);
    if (pooled.underWay > 0) await new Promise<void>((resolve) => (pooled.onFinished = resolve));
    await opened.producer.close();
    opened.meter.close();
  }
}

/** Why an event is refused whose producer may not be made. */
export function noRoom(): SinkError {
  const detail = 'this pod has as many producers as MAX_PRODUCERS and NAMESPACE_SHARE allow';
  return new SinkError('LimitReached', { detail });
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
