import { SinkError } from '@event-sinks/errors';
import { BrokerError } from '../protocol/broker-error.ts';
import { kafkaSinkError } from '../protocol/error-mapping.ts';
import { failureKind } from '../protocol/failure-kind.ts';
import { javaPartition } from '../protocol/java-partition.ts';
import type { TopicMetadata } from '../protocol/metadata.ts';
import type { ProducerLimits } from './limits.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { failAll, type PendingRecord } from './pending-record.ts';
import { QueueRoom } from './queue-room.ts';

/** What a {@link TopicRouter} works with. */
export interface TopicRouterOptions {
  readonly limits: ProducerLimits;
  readonly describe: () => Promise<TopicMetadata | undefined>;
  readonly openQueue: (partition: number, room: QueueRoom) => PartitionQueue;
  readonly onQueueGone: (queue: PartitionQueue) => void;
  /** Whether records without a key may go to the partition. */
  readonly isWell: (queue: PartitionQueue) => boolean;
  /** Milliseconds for which a node wants nothing. */
  readonly throttleMs: (node: number) => number;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

/** Older than this, a topic's partitions and leaders are asked for again; partitions added are then used. */
const maxAgeMs = 60_000;

/** One topic: who leads its partitions, how much may wait for them, and which one a record goes to. */
export class TopicRouter {
  readonly #options: TopicRouterOptions;
  readonly #queues: (PartitionQueue | undefined)[] = [];
  /** Queues of partitions that are gone, with batches that have no answer. */
  readonly #gone = new Set<PartitionQueue>();
  readonly #room: QueueRoom;
  /** Records that came while the partitions were not known. */
  #unplaced: PendingRecord[] = [];
  #leaders: readonly number[] | undefined;
  #isDoubtful = false;
  #asked = -Infinity;
  #asking: Promise<void> | undefined;
  #keyless = -1;
  #used: number;

  constructor(options: TopicRouterOptions) {
    this.#options = options;
    this.#room = new QueueRoom(options.limits);
    this.#used = options.now();
  }

  /** Records and bytes that are not sent yet. */
  get queued(): Pick<QueueRoom, 'records' | 'bytes'> {
    return this.#room;
  }

  add(record: PendingRecord): void {
    this.#used = record.since;
    if (!this.#room.hasRoomFor(record)) record.fail(new SinkError('Overloaded'));
    // While earlier records wait for an answer, later ones wait behind them, or keys would lose their order.
    else if (this.#unplaced.length > 0) this.#hold(record);
    else if (this.#leaders === undefined || this.#isDoubtful) {
      this.#hold(record);
      void this.#learn(0);
    } else {
      this.#place(record, this.#leaders);
      if (this.#used - this.#asked > maxAgeMs) void this.refresh();
    }
  }

  /** The node that leads the partition; -1 while none does. */
  leaderOf(partition: number): number {
    return this.#leaders?.[partition] ?? -1;
  }

  isIdleSince(time: number): boolean {
    const isEmpty = this.#queues.every((queue) => queue === undefined || queue.isEmpty());
    return this.#used < time && this.#unplaced.length === 0 && isEmpty;
  }

  /** When the oldest record that waits came; undefined when none does. */
  waitingSince(): number | undefined {
    const all = [this.#unplaced[0]?.since, ...this.#queues.map((queue) => queue?.waitingSince)];
    const known = all.filter((since) => since !== undefined);
    return known.length === 0 ? undefined : Math.min(...known);
  }

  /** Answers everything that came before this time. */
  expire(before: number): void {
    const firstInTime = this.#unplaced.findIndex(({ since }) => since > before);
    const late = this.#unplaced.splice(0, firstInTime < 0 ? this.#unplaced.length : firstInTime);
    failAll(late, this.#lateError(-1));
    for (const record of late) this.#room.remove(record);
    for (const [partition, queue] of this.#queues.entries())
      queue?.expire(before, () => this.#lateError(this.leaderOf(partition)));
    for (const queue of this.#gone) {
      queue.expire(before, () => this.#lateError(-1));
      if (queue.isEmpty()) this.#gone.delete(queue);
    }
  }

  /** What is known may be out of date: the next records wait until the brokers were asked. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** The topic is used no more. */
  close(): void {
    for (const queue of this.#queues) if (queue !== undefined) this.#options.onQueueGone(queue);
  }

  /** Asks for the leaders again; what fails leaves the old ones. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#ask()
      .then(() => undefined)
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    await this.#asking;
  }

  async #ask(): Promise<readonly number[]> {
    this.#asked = this.#options.now();
    const topic = await this.#options.describe();
    if (topic?.error !== undefined) throw topic.error;
    if (topic === undefined || topic.partitions.length === 0) throw new BrokerError('LEADER_NOT_AVAILABLE');
    const leaders = topic.partitions.map(({ leader }) => leader);
    const isFewer = leaders.length < (this.#leaders?.length ?? 0);
    this.#leaders = leaders;
    this.#isDoubtful = false;
    if (isFewer) this.#placeAnew(leaders);
    return leaders;
  }

  /** Asks until the brokers know the topic; a new one is not known everywhere at once. Never rejects. */
  async #learn(failures: number): Promise<void> {
    const { limits } = this.#options;
    try {
      const leaders = await this.#ask();
      for (const record of this.#takeUnplaced()) this.#place(record, leaders);
    } catch (error) {
      const isAwaited = this.#unplaced.some((record) => record.isAwaited());
      if (failureKind(error) === 'passing' && failures < limits.retries && isAwaited) {
        const pause = Math.min(limits.retryPauseMs * 2 ** failures, limits.maxRetryPauseMs);
        setTimeout(() => void this.#learn(failures + 1), pause);
      } else failAll(this.#takeUnplaced(), kafkaSinkError(error));
    }
  }

  #hold(record: PendingRecord): void {
    this.#unplaced.push(record);
    this.#room.add(record);
  }

  #takeUnplaced(): PendingRecord[] {
    const records = this.#unplaced;
    this.#unplaced = [];
    for (const record of records) this.#room.remove(record);
    return records;
  }

  #place(record: PendingRecord, leaders: readonly number[]): void {
    const { key } = record.record;
    const partition = key === null ? this.#keylessPartition(leaders) : javaPartition(key, leaders.length);
    const { limits, throttleMs } = this.#options;
    const waitMs = throttleMs(leaders[partition] ?? -1);
    if (waitMs > limits.maxThrottleWaitMs) record.fail(throttled(waitMs));
    else this.#queue(partition).add(record);
  }

  /** The topic has come back with fewer partitions than it had. */
  #placeAnew(leaders: readonly number[]): void {
    const gone = this.#queues.splice(leaders.length).filter((queue) => queue !== undefined);
    for (const queue of gone) {
      for (const record of queue.withdraw()) this.#place(record, leaders);
      this.#options.onQueueGone(queue);
      if (!queue.isEmpty()) this.#gone.add(queue);
    }
  }

  /**
   * Records without a key have no order to keep. They stay on one partition while a batch gathers there and then move on,
   * and pass over partitions that nobody leads, that are slow, or whose broker wants a pause.
   */
  #keylessPartition(leaders: readonly number[]): number {
    const current = this.#queues[this.#keyless];
    if (current?.waitingSince !== undefined && this.#takesKeyless(this.#keyless, leaders))
      return this.#keyless;
    let led: number | undefined;
    for (let step = 1; step <= leaders.length; step += 1) {
      const partition = (this.#keyless + step) % leaders.length;
      if (this.#takesKeyless(partition, leaders)) {
        this.#keyless = partition;
        return partition;
      }
      if ((leaders[partition] ?? -1) >= 0) led ??= partition;
    }
    this.#keyless = led ?? 0;
    return this.#keyless;
  }

  #takesKeyless(partition: number, leaders: readonly number[]): boolean {
    const [queue, leader] = [this.#queues[partition], leaders[partition] ?? -1];
    const { isWell, throttleMs } = this.#options;
    return leader >= 0 && throttleMs(leader) === 0 && (queue === undefined || isWell(queue));
  }

  #queue(partition: number): PartitionQueue {
    return (this.#queues[partition] ??= this.#options.openQueue(partition, this.#room));
  }

  #lateError(node: number): SinkError {
    const waitMs = this.#options.throttleMs(node);
    if (waitMs > 0) return throttled(waitMs);
    const detail = `not acknowledged within ${this.#options.limits.deliveryTimeoutMs} ms`;
    return new SinkError('KafkaUnavailable', { detail });
  }
}

function throttled(waitMs: number): SinkError {
  const detail = `the broker wants nothing for ${Math.ceil(waitMs)} ms`;
  return new SinkError('BackendThrottled', { detail, retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}
