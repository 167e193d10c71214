import { SinkError } from '@event-sinks/errors';
import type { Logger } from '@event-sinks/runtime';
import { Cluster } from '../network/cluster.ts';
import { dialerOf, type ConnectionOptions } from '../network/connection-options.ts';
import { LoginHold } from '../network/login-hold.ts';
import { recordBatchEncoder } from '../protocol/record-batch.ts';
import type { TopicRecord } from '../protocol/records.ts';
import { defaultProducerLimits, type ProducerLimits } from './limits.ts';
import { PartitionQueue, type BatchOutcome } from './partition-queue.ts';
import { PendingRecord } from './pending-record.ts';
import { ProduceScheduler } from './produce-scheduler.ts';
import { ProducerIds } from './producer-ids.ts';
import type { QueueRoom } from './queue-room.ts';
import { TopicRouter } from './topic-router.ts';

/** What {@link createProducer} takes. */
export interface ProducerOptions {
  readonly connection: ConnectionOptions;
  readonly limits?: Partial<ProducerLimits>;
  readonly logger: Logger;
  readonly meter?: ProducerMeter;
}

/** Is shown what becomes of records and batches. */
export interface ProducerMeter {
  /** A record has its answer: `acknowledged`, or the code of a SinkError. */
  settled(result: string): void;
  /** A batch of so many records was decided, so many seconds after it was first sent. */
  decided(outcome: 'acknowledged' | 'failed', records: number, seconds: number): void;
}

/** Writes records to one cluster with one set of credentials. */
export interface KafkaProducer {
  /**
   * Resolves when all in-sync replicas have the record; those of one key are stored in their order. It settles within the
   * delivery timeout. A record that still waits when `signal` aborts is not sent any more.
   * @throws SinkError; they may have the record nevertheless, unless the broker refused it.
   */
  send(record: TopicRecord, signal?: AbortSignal): Promise<void>;
  /** Lets credentials that were refused a moment ago be tried with the next record; without it that takes a while. */
  retryLogin(): void;
  /** What is not sent yet, for metrics. */
  queued(): QueuedRecords;
  /** Finishes what is being sent and closes the connections; what is sent later fails. */
  close(): Promise<void>;
}

/** Records that are not sent yet. */
export interface QueuedRecords {
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds for which the oldest has been waiting. */
  readonly ageMs: number;
}

/** How often a producer with records on their way looks for those whose time is up. */
const tickMs = 50;

/** A connection that a slow partition had to itself, for example, is not kept for as long as the others. */
const spareIdleMs = 10_000;

/**
 * A producer with record batches, sequence numbers and retries of our own: acks from all in-sync replicas, idempotent,
 * Java's partitions for keys. It connects with the first record.
 */
export function createProducer(options: ProducerOptions): KafkaProducer {
  return new Producer(options);
}

class Producer implements KafkaProducer {
  readonly #limits: ProducerLimits;
  readonly #logger: Logger;
  readonly #meter: ProducerMeter | undefined;
  readonly #topics = new Map<string, TopicRouter>();
  readonly #logins: LoginHold;
  readonly #cluster: Cluster;
  readonly #ids: ProducerIds;
  readonly #scheduler: ProduceScheduler;
  readonly #encoder = recordBatchEncoder();
  readonly #idleTimer: NodeJS.Timeout;
  #tickTimer: NodeJS.Timeout | undefined;
  #pending = 0;
  #isClosed = false;
  #onFinished: () => void = () => undefined;

  constructor({ connection, limits, logger, meter }: ProducerOptions) {
    this.#limits = { ...defaultProducerLimits, ...limits };
    this.#logger = logger;
    this.#meter = meter;
    const { loginPauseMs: pauseMs, maxLoginPauseMs: maxPauseMs, idleMs } = this.#limits;
    this.#logins = new LoginHold({ pauseMs, maxPauseMs, now, random: Math.random });
    const { bootstrapServers } = connection;
    const dialer = dialerOf(connection, this.#limits);
    this.#cluster = new Cluster({ bootstrapServers, dialer, logins: this.#logins });
    this.#ids = new ProducerIds(() => this.#cluster.producerId());
    this.#scheduler = new ProduceScheduler({
      ...{ cluster: this.#cluster, ids: this.#ids, limits: this.#limits, now, soon: setImmediate },
      leaderOf: ({ options }) => this.#topic(options.topic).leaderOf(options.partition),
    });
    this.#idleTimer = setInterval(
      () => {
        this.#closeIdle();
      },
      Math.min(idleMs, spareIdleMs),
    );
    this.#idleTimer.unref();
  }

  send(record: TopicRecord, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) return Promise.reject(closedError());
    this.#pending += 1;
    this.#tickTimer ??= setInterval(() => {
      this.#tick();
    }, tickMs);
    return new Promise((resolve, reject) => {
      const settle = (error: SinkError | undefined): void => {
        this.#meter?.settled(error === undefined ? 'acknowledged' : error.code);
        if (error === undefined) resolve();
        else reject(error);
        this.#pending -= 1;
        if (this.#pending === 0) this.#rest();
      };
      this.#topic(record.topic).add(new PendingRecord(record, { since: now(), signal }, settle));
    });
  }

  retryLogin(): void {
    this.#logins.lift();
  }

  queued(): QueuedRecords {
    let [records, bytes, since] = [0, 0, Infinity];
    for (const topic of this.#topics.values()) {
      records += topic.queued.records;
      bytes += topic.queued.bytes;
      since = Math.min(since, topic.waitingSince() ?? Infinity);
    }
    return { records, bytes, ageMs: since === Infinity ? 0 : Math.max(0, now() - since) };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#pending > 0) await new Promise<void>((resolve) => (this.#onFinished = resolve));
    clearInterval(this.#idleTimer);
    clearInterval(this.#tickTimer);
    this.#cluster.close();
  }

  #topic(name: string): TopicRouter {
    const existing = this.#topics.get(name);
    if (existing !== undefined) return existing;
    const topic: TopicRouter = new TopicRouter({
      limits: this.#limits,
      describe: () => this.#cluster.describe(name),
      openQueue: (partition, room) => this.#openQueue({ topic, name, partition, room }),
      onQueueGone: (queue) => {
        this.#scheduler.forget(queue);
      },
      isWell: (queue) => this.#scheduler.isWell(queue),
      throttleMs: (node) => this.#scheduler.throttleMs(node),
      now,
    });
    this.#topics.set(name, topic);
    return topic;
  }

  #openQueue({ topic, name, partition, room }: NewQueue): PartitionQueue {
    return new PartitionQueue({
      ...{ topic: name, partition, room, limits: this.#limits },
      encode: (records, identity) => this.#encoder.encode(records, identity, Date.now()),
      nextId: () => this.#ids.next(),
      onReady: (queue) => {
        this.#scheduler.ready(queue);
      },
      refreshLeaders: () => topic.refresh(),
      onDecided: (outcome) => {
        this.#decided(outcome, topic, { name, partition });
      },
      after: (ms, callback) => void setTimeout(callback, ms),
    });
  }

  #decided(
    { batch, error }: BatchOutcome,
    topic: TopicRouter,
    { name, partition }: Pick<NewQueue, 'name' | 'partition'>,
  ): void {
    const { records, sentAt } = batch;
    const outcome = error === undefined ? 'acknowledged' : 'failed';
    if (sentAt !== undefined) this.#meter?.decided(outcome, records.length, (now() - sentAt) / 1_000);
    if (error === undefined || ownFault.has(error.code)) return;
    this.#logger.warn('kafka batch given up', { topic: name, partition, cause: error });
    if (error.code === 'TopicNotFound') topic.doubt();
    else void topic.refresh();
  }

  #tick(): void {
    const before = now() - this.#limits.deliveryTimeoutMs;
    for (const topic of this.#topics.values()) topic.expire(before);
    this.#scheduler.look();
  }

  /** Nothing is on its way. */
  #rest(): void {
    clearInterval(this.#tickTimer);
    this.#tickTimer = undefined;
    this.#onFinished();
  }

  #closeIdle(): void {
    const limit = now() - this.#limits.idleMs;
    for (const [name, topic] of this.#topics) {
      if (!topic.isIdleSince(limit)) continue;
      topic.close();
      this.#topics.delete(name);
    }
    this.#cluster.closeIdleLinks({ records: this.#limits.idleMs, others: spareIdleMs });
  }
}

interface NewQueue {
  readonly topic: TopicRouter;
  readonly name: string;
  readonly partition: number;
  readonly room: QueueRoom;
}

/** Nothing is wrong with the cluster: the record was refused for what it is, or its sender has given up. */
const ownFault: ReadonlySet<string> = new Set(['EventTooLarge', 'InvalidData', 'DeadlineExceeded']);

const now = (): number => performance.now();

const closedError = (): SinkError => new SinkError('KafkaUnavailable', { detail: 'the producer is closed' });
