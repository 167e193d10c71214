import type { Logger } from '@event-sinks/runtime';
import { withTokens, type ConnectionOptions } from '../connection.ts';
import { defaultProducerLimits, type ProducerLimits } from '../producer-limits.ts';
import type { KafkaProducer } from '../records.ts';
import { clientOptions } from './client-options.ts';
import { Cluster } from './cluster.ts';
import { Dispatcher } from './dispatcher.ts';
import { Identities } from './identities.ts';
import { LoginHold } from './login-hold.ts';
import { Shipment, type Parcel } from './parcel.ts';
import { PartitionLane } from './partition-lane.ts';
import { recordBatchEncoder } from './record-batch.ts';
import { closedError, TopicLanes } from './topic-lanes.ts';

/** What {@link createPlatformaticProducer} takes. */
export interface PlatformaticProducerOptions {
  readonly connection: ConnectionOptions;
  readonly limits?: Partial<ProducerLimits>;
  readonly logger: Logger;
}

/**
 * A producer on the connections of @platformatic/kafka, with record batches, sequence numbers and retries of our
 * own: acks from all in-sync replicas, idempotent, Java's partitions for keys. One connection to each broker for
 * all topics, opened with the first record.
 */
export function createPlatformaticProducer(options: PlatformaticProducerOptions): KafkaProducer {
  const limits: ProducerLimits = { ...defaultProducerLimits, ...options.limits };
  const core = new ProducerCore(options, limits);
  const pending = new Set<Shipment>();
  let isClosed = false;
  return {
    async send(batch) {
      if (isClosed) return batch.map(() => ({ ok: false, error: closedError() }));
      const shipment = new Shipment(batch, limits.deliveryTimeoutMs);
      core.add(shipment.parcels);
      pending.add(shipment);
      const results = await shipment.results;
      pending.delete(shipment);
      return results;
    },
    retryLogin: () => {
      core.retryLogin();
    },
    async close() {
      isClosed = true;
      await Promise.all([...pending].map(({ results }) => results));
      core.close();
    },
  };
}

class ProducerCore {
  readonly #topics = new Map<string, TopicLanes>();
  readonly #cluster: Cluster;
  readonly #logins: LoginHold;
  readonly #identities: Identities;
  readonly #dispatcher: Dispatcher;
  readonly #encoder = recordBatchEncoder();
  readonly #idleTimer: NodeJS.Timeout;
  readonly #limits: ProducerLimits;
  readonly #logger: Logger;

  constructor({ connection, logger }: PlatformaticProducerOptions, limits: ProducerLimits) {
    const { bootstrapServers, clientId, addressGuard: guard } = connection;
    const client = clientOptions(withTokens(connection, limits), limits);
    this.#limits = limits;
    this.#logger = logger;
    this.#logins = new LoginHold({
      ...{ pauseMs: limits.loginPauseMs, maxPauseMs: limits.maxLoginPauseMs },
      ...{ now: () => performance.now(), random: Math.random },
    });
    this.#cluster = new Cluster({
      ...{ bootstrapServers, dialer: { clientId, client, guard } },
      logins: this.#logins,
    });
    this.#identities = new Identities(() => this.#cluster.producerId());
    this.#dispatcher = new Dispatcher({
      cluster: this.#cluster,
      identities: this.#identities,
      leaderOf: ({ context }) => this.#topic(context.topic).leaderOf(context.partition),
      timeoutMs: limits.requestTimeoutMs,
    });
    this.#idleTimer = setInterval(() => {
      this.#closeIdle();
    }, limits.idleMs);
    this.#idleTimer.unref();
  }

  add(parcels: readonly Parcel[]): void {
    const byTopic = Map.groupBy(parcels, ({ record }) => record.topic);
    for (const [topic, group] of byTopic) this.#topic(topic).add(group);
  }

  retryLogin(): void {
    this.#logins.lift();
  }

  close(): void {
    clearInterval(this.#idleTimer);
    this.#cluster.close();
  }

  #topic(name: string): TopicLanes {
    const existing = this.#topics.get(name);
    if (existing !== undefined) return existing;
    const topic: TopicLanes = new TopicLanes({
      limits: this.#limits,
      describe: () => this.#cluster.describe(name),
      openLane: (partition) => this.#openLane(name, partition, topic),
      now: () => performance.now(),
    });
    this.#topics.set(name, topic);
    return topic;
  }

  #openLane(name: string, partition: number, topic: TopicLanes): PartitionLane {
    return new PartitionLane({
      topic: name,
      partition,
      limits: this.#limits,
      encode: (records, identity) => this.#encoder.encode(records, identity, Date.now()),
      nextIdentity: () => this.#identities.next(),
      onReady: (lane) => {
        this.#dispatcher.ready(lane);
      },
      refreshLeaders: () => topic.refresh(),
      onGivenUp: (cause) => {
        this.#logger.warn('kafka batch given up', { topic: name, partition, cause });
        topic.doubt();
      },
    });
  }

  #closeIdle(): void {
    const limit = performance.now() - this.#limits.idleMs;
    for (const [name, topic] of this.#topics) if (topic.isIdleSince(limit)) this.#topics.delete(name);
    this.#cluster.closeIdleLinks();
  }
}
