import { SinkError } from '@event-sinks/errors';
import {
  createProducer,
  SaltedPasswords,
  type AddressGuard,
  type KafkaProducer,
  type ProducerLimits,
} from '@event-sinks/kafka';
import type { Clock, Logger } from '@event-sinks/runtime';
import { NamespaceSlots } from '../domain/namespace-slots.ts';
import type { Destination } from '../domain/sink-route.ts';
import type { OutgoingRecord } from '../domain/to-record.ts';
import { producerLog } from './producer-log.ts';
import type { ClusterMeter, ProducerMetrics, ProducersNow } from './producer-metrics.ts';

/** A share in a producer, for one sink. */
export interface ProducerLease {
  /**
   * Resolves when all in-sync replicas have the record. A record that still waits at the deadline is not sent. The first
   * one makes the producer.
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
  readonly addressGuard: AddressGuard;
  readonly limits: Partial<ProducerLimits>;
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
  readonly namespace: string;
  /** What the sink has used so far; if that is open, the new producer takes its place whatever the limit. */
  readonly replaces?: ProducerLease | undefined;
}

/** The producer of one destination, which is made with its first event. */
interface PooledProducer {
  readonly destination: Destination;
  leases: number;
  /** Set once no lease is left. */
  isClosing: boolean;
  opened: OpenedProducer | undefined;
}

interface OpenedProducer {
  readonly producer: KafkaProducer;
  readonly meter: ClusterMeter;
  /** The namespace whose event it was, and whose slot it has. */
  readonly namespace: string;
}

/**
 * One producer per cluster and credentials, however many sinks write to it. It is made with the first event, so a sink that
 * gets none takes no place from others.
 */
export class ProducerPool {
  readonly #options: ProducerPoolOptions;
  readonly #producers = new Map<string, PooledProducer>();
  readonly #slots: NamespaceSlots;
  /** For all producers: the work of SCRAM is done one at a time. */
  readonly #saltedPasswords = new SaltedPasswords();

  constructor(options: ProducerPoolOptions) {
    this.#options = options;
    this.#slots = new NamespaceSlots(options.maxProducers, options.namespaceShare);
  }

  /** A share in the destination's producer. */
  acquire(destination: Destination, { namespace, replaces }: ProducerUser): ProducerLease {
    const pooled = this.#producers.get(destination.producerKey) ?? this.#add(destination);
    const takesPlace = replaces?.isOpen() === true;
    pooled.leases += 1;
    let isReleased = false;
    const canSend = (): boolean =>
      pooled.opened !== undefined || takesPlace || this.#slots.hasRoomFor(namespace);
    const problem = (): SinkError | undefined => {
      if (pooled.isClosing) return new SinkError('KafkaUnavailable', { detail: 'the sink has just changed' });
      return canSend() ? undefined : noRoom();
    };
    return {
      canSend,
      isOpen: () => pooled.opened !== undefined,
      send: (record, deadline) => {
        const error = pooled.opened === undefined ? problem() : undefined;
        if (error !== undefined) return Promise.reject(error);
        const producer = pooled.opened?.producer ?? this.#open(pooled, namespace);
        return producer.send(record, deadline);
      },
      retryLogin: () => {
        pooled.opened?.producer.retryLogin();
      },
      release: async () => {
        if (isReleased) return;
        isReleased = true;
        pooled.leases -= 1;
        if (pooled.leases === 0) await this.#close(pooled);
      },
    };
  }

  /** How the producers stand, for metrics. */
  now(): ProducersNow {
    const sum = { producers: this.#slots.total, queuedRecords: 0, queuedBytes: 0, queueAge: 0 };
    for (const { opened } of this.#producers.values()) {
      if (opened === undefined) continue;
      const { records, bytes, ageMs } = opened.producer.queued();
      sum.queuedRecords += records;
      sum.queuedBytes += bytes;
      sum.queueAge = Math.max(sum.queueAge, ageMs / 1_000);
    }
    return sum;
  }

  #add(destination: Destination): PooledProducer {
    const pooled = { destination, leases: 0, isClosing: false, opened: undefined };
    this.#producers.set(destination.producerKey, pooled);
    return pooled;
  }

  #open(pooled: PooledProducer, namespace: string): KafkaProducer {
    const { addressGuard, limits, clock, metrics, writersOf } = this.#options;
    const { bootstrapServers, security, producerKey } = pooled.destination;
    const logger = producerLog(this.#options.logger, clock, (topic) => ({
      sinks: writersOf(producerKey, topic),
    }));
    const clientId = 'event-sinks-kafka-sink';
    const cluster = { bootstrapServers, clientId, addressGuard, saltedPasswords: this.#saltedPasswords };
    const connection = security === undefined ? cluster : { ...cluster, security };
    const meter = metrics.open(bootstrapServers);
    const producer = createProducer({ connection, limits, logger, meter });
    pooled.opened = { producer, meter, namespace };
    this.#slots.take(namespace);
    return producer;
  }

  async #close(pooled: PooledProducer): Promise<void> {
    // From here on a new lease opens a new producer; this one only finishes its work.
    const { producerKey } = pooled.destination;
    if (this.#producers.get(producerKey) === pooled) this.#producers.delete(producerKey);
    pooled.isClosing = true;
    const { opened } = pooled;
    if (opened === undefined) return;
    this.#slots.giveBack(opened.namespace);
    await opened.producer.close();
    opened.meter.close();
  }
}

/** Why an event is refused whose producer may not be made. */
export function noRoom(): SinkError {
  const detail = 'this pod has as many producers as MAX_PRODUCERS and NAMESPACE_SHARE allow';
  return new SinkError('LimitReached', { detail });
}
