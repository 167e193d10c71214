import { SinkError } from '@event-sinks/errors';
import { BrokerError, brokerError } from '../protocol/broker-error.ts';
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

/** Partitions that a record without a key passes over, at most. */
const maxPassedOver = 100;

/** One topic: who leads its partitions, how much may wait for them, and which one a record goes to. */
export class TopicRouter {
  readonly #options: TopicRouterOptions;
  readonly #queues = new Map<number, PartitionQueue>();
  /** Queues of partitions that are gone, with batches that have no answer. */
  readonly #gone = new Set<PartitionQueue>();
  readonly #room: QueueRoom;
  /** Records that came while the partitions were not known. */
  #unplaced: PendingRecord[] = [];
  #leaders: readonly number[] | undefined;
  #isDoubtful = false;
  #asked = -Infinity;
  #asking: Promise<void> | undefined;
  /** Partitions that have a leader, and where among them the newest record without a key went. */
  #led: readonly number[] = [];
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
    if (this.#used >= time || this.#unplaced.length > 0) return false;
    for (const queue of this.#queues.values()) if (!queue.isEmpty()) return false;
    return true;
  }

  /** When the oldest record that waits came; undefined when none does. */
  waitingSince(): number | undefined {
    let oldest = this.#unplaced[0]?.since ?? Infinity;
    for (const queue of this.#queues.values()) oldest = Math.min(oldest, queue.waitingSince ?? Infinity);
    return oldest === Infinity ? undefined : oldest;
  }

  /** Answers everything that came before this time. */
  expire(before: number): void {
    const firstInTime = this.#unplaced.findIndex(({ since }) => since > before);
    const late = this.#unplaced.splice(0, firstInTime < 0 ? this.#unplaced.length : firstInTime);
    failAll(late, this.#lateError(-1));
    for (const record of late) this.#room.remove(record);
    for (const [partition, queue] of this.#queues)
      queue.expire(before, () => this.#lateError(this.leaderOf(partition)));
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
    for (const queue of this.#queues.values()) this.#options.onQueueGone(queue);
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
    const error = brokerError(topic?.errorCode ?? 0);
    if (error !== undefined) throw error;
    if (topic === undefined || topic.partitions.length === 0) throw new BrokerError('LEADER_NOT_AVAILABLE');
    const leaders = topic.partitions.map(({ leader }) => leader);
    const isFewer = leaders.length < (this.#leaders?.length ?? 0);
    this.#leaders = leaders;
    this.#led = led(leaders);
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
    const gone = [...this.#queues].filter(([partition]) => partition >= leaders.length);
    for (const [partition, queue] of gone) {
      this.#queues.delete(partition);
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
    const led = this.#led;
    const current = led.at(this.#keyless % led.length);
    if (current === undefined) return 0;
    if (this.#queues.get(current)?.waitingSince !== undefined && this.#takesKeyless(current, leaders))
      return current;
    for (let step = 1; step <= Math.min(led.length, maxPassedOver); step += 1) {
      const partition = led[(this.#keyless + step) % led.length] ?? 0;
      if (!this.#takesKeyless(partition, leaders)) continue;
      this.#keyless += step;
      return partition;
    }
    this.#keyless += 1;
    return led[this.#keyless % led.length] ?? 0;
  }

  #takesKeyless(partition: number, leaders: readonly number[]): boolean {
    const { isWell, throttleMs } = this.#options;
    const queue = this.#queues.get(partition);
    return throttleMs(leaders[partition] ?? -1) === 0 && (queue === undefined || isWell(queue));
  }

  #queue(partition: number): PartitionQueue {
    const existing = this.#queues.get(partition);
    if (existing !== undefined) return existing;
    const queue = this.#options.openQueue(partition, this.#room);
    this.#queues.set(partition, queue);
    return queue;
  }

  #lateError(node: number): SinkError {
    const waitMs = this.#options.throttleMs(node);
    if (waitMs > 0) return throttled(waitMs);
    const detail = `not acknowledged within ${this.#options.limits.deliveryTimeoutMs} ms`;
    return new SinkError('KafkaUnavailable', { detail });
  }
}

function led(leaders: readonly number[]): number[] {
  const partitions: number[] = [];
  for (const [partition, leader] of leaders.entries()) if (leader >= 0) partitions.push(partition);
  return partitions;
}

function throttled(waitMs: number): SinkError {
  const detail = `the broker wants nothing for ${Math.ceil(waitMs)} ms`;
  return new SinkError('BackendThrottled', { detail, retryAfterSeconds: Math.ceil(waitMs / 1_000) });
}
