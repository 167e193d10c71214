import { SinkError } from '@event-sinks/errors';
import { kafkaSinkError } from '../protocol/error-mapping.ts';
import { failureKind, isDuplicate } from '../protocol/failure-kind.ts';
import type { BatchIdentity } from '../protocol/record-batch.ts';
import type { TopicRecord } from '../protocol/records.ts';
import { Batch, type PartitionEpoch } from './batch.ts';
import type { ProducerLimits } from './limits.ts';
import { failAll, type PendingRecord } from './pending-record.ts';
import type { ProducerId } from './producer-ids.ts';
import type { QueueRoom } from './queue-room.ts';

/** What a {@link PartitionQueue} works with. */
export interface PartitionQueueOptions {
  readonly topic: string;
  readonly partition: number;
  readonly limits: Pick<
    ProducerLimits,
    'maxBatchBytes' | 'maxBatchRecords' | 'maxInFlight' | 'retries' | 'retryPauseMs' | 'maxRetryPauseMs'
  >;
  /** Shared with the other partitions of the topic. */
  readonly room: QueueRoom;
  readonly encode: (records: readonly TopicRecord[], identity: BatchIdentity) => Buffer;
  /** @throws Error when there is none. */
  readonly nextId: () => ProducerId;
  /** The queue has something to send now. */
  readonly onReady: (queue: PartitionQueue) => void;
  /** Leaders may have moved; resolves when the answer is there, and never rejects. */
  readonly refreshLeaders: () => Promise<void>;
  readonly onDecided: (outcome: BatchOutcome) => void;
  /** Calls back after so many milliseconds. */
  readonly after: (ms: number, callback: () => void) => void;
}

/** What became of a batch that was sent. */
export interface BatchOutcome {
  readonly batch: Batch;
  /** Why it was given up. */
  readonly error?: SinkError;
}

/** From here on a new epoch is used, before the numbers, signed integers of 32 bits, run out. */
const lastSequence = 2 ** 31 - 1_000_000;

/**
 * What waits for one partition, in its order, up to five batches of it in flight. Each keeps its bytes, and with them its
 * sequence numbers, until it is decided. After a failure nothing new is sent until every batch in flight was answered; those
 * that were not stored are then repeated one by one, in their order. A number that is given up ends the epoch: what comes
 * after gets new numbers, unless it may have been stored under the old ones.
 */
export class PartitionQueue {
  readonly options: PartitionQueueOptions;
  /** Cut and not decided, in their order. */
  readonly #line: Batch[] = [];
  #waiting: PendingRecord[] = [];
  #epoch: PartitionEpoch | undefined;
  #isPaused = false;

  constructor(options: PartitionQueueOptions) {
    this.options = options;
  }

  add(record: PendingRecord): void {
    // Only what had been placed in a partition that is gone is older than what waits.
    const at = this.#waiting.findLastIndex(({ since }) => since <= record.since) + 1;
    if (at === this.#waiting.length) this.#waiting.push(record);
    else this.#waiting.splice(at, 0, record);
    this.options.room.add(record);
    this.#tell();
  }

  isEmpty(): boolean {
    return this.#line.length === 0 && this.#waiting.length === 0;
  }

  /** When the oldest record that waits came; undefined when none does. */
  get waitingSince(): number | undefined {
    return this.#waiting[0]?.since;
  }

  /** Whether `take` has a batch now. */
  isReady(): boolean {
    if (this.#isRecovering()) return this.#mayRepeat();
    return this.#waiting.length > 0 && this.#mayCut();
  }

  /** The next batch to send; `acknowledge` or `fail` is to be called for it. */
  take(now: number): Batch | undefined {
    const batch = this.#isRecovering() ? this.#repeat() : this.#cut();
    if (batch === undefined) return undefined;
    batch.isSent = true;
    batch.error = undefined;
    batch.sentAt ??= now;
    return batch;
  }

  /** The bytes of a batch that was taken. @throws Error when it needs a producer id and there is none. */
  bytesOf(batch: Batch): Buffer {
    // A batch that was taken before may still wait for a producer id: it comes first.
    for (const each of this.#line) {
      if (each.needsNumbers()) each.encode(this.#usableEpoch(), this.options.encode);
      if (each === batch) break;
    }
    return batch.bytes;
  }

  #usableEpoch(): PartitionEpoch {
    const known = this.#epoch;
    if (known !== undefined && this.#isUsable(known)) return known;
    return (this.#epoch = { ...this.options.nextId(), sequence: 0, isConfirmed: false, isBroken: false });
  }

  acknowledge(batch: Batch): void {
    const at = this.#line.indexOf(batch);
    if (at < 0) return;
    for (const earlier of this.#line.slice(0, at)) earlier.isOvertaken = true;
    this.#line.splice(at, 1);
    if (batch.epoch !== undefined) batch.epoch.isConfirmed = true;
    for (const record of batch.records) record.acknowledge();
    this.options.onDecided({ batch });
    this.#decide();
  }

  fail(batch: Batch, error: unknown): void {
    if (isDuplicate(error) && batch.mayBeStored) {
      this.acknowledge(batch);
      return;
    }
    const kind = failureKind(error);
    batch.isSent = false;
    batch.failures += 1;
    // One that has no numbers yet was not sent.
    if (kind === 'passing' && batch.epoch !== undefined) batch.mayBeStored = true;
    // What is behind another batch in flight fails with it; it is judged when it is the first.
    const isJudged = this.#line[0] === batch || kind === 'content' || kind === 'final';
    batch.error = isJudged ? error : undefined;
    this.#decide();
  }

  /** Answers everything that came before this time. */
  expire(before: number, error: () => SinkError): void {
    let count = 0;
    for (const record of this.#waiting) {
      if (record.since > before) break;
      record.fail(error());
      this.options.room.remove(record);
      count += 1;
    }
    this.#waiting.splice(0, count);
    for (const { records } of this.#line)
      for (const record of records) if (record.since <= before) record.fail(error());
  }

  /** Takes what waits back out, to be placed elsewhere: the partition is gone. */
  withdraw(): PendingRecord[] {
    const records = this.#waiting;
    this.#waiting = [];
    for (const record of records) this.options.room.remove(record);
    return records;
  }

  #isRecovering(): boolean {
    return this.#line.some(({ isSent }) => !isSent);
  }

  #mayRepeat(): boolean {
    return !this.#isPaused && this.#line[0]?.error === undefined && this.#allAnswered();
  }

  #allAnswered(): boolean {
    return this.#line.every(({ isSent }) => !isSent);
  }

  #repeat(): Batch | undefined {
    return this.#mayRepeat() ? this.#line[0] : undefined;
  }

  /** Before the broker has taken a first batch of an epoch, a second one in flight could be stored without it. */
  #mayCut(): boolean {
    const { length } = this.#line;
    return length === 0 || (length < this.options.limits.maxInFlight && this.#isProven(this.#epoch));
  }

  #isProven(epoch: PartitionEpoch | undefined): boolean {
    return epoch?.isConfirmed === true && this.#isUsable(epoch);
  }

  #isUsable(epoch: PartitionEpoch | undefined): boolean {
    return epoch !== undefined && !epoch.isBroken && epoch.sequence < lastSequence;
  }

  #cut(): Batch | undefined {
    if (!this.#mayCut()) return undefined;
    const { room, limits } = this.options;
    const records: PendingRecord[] = [];
    let [bytes, taken] = [0, 0];
    for (const record of this.#waiting) {
      if (record.isAwaited()) {
        const isFull =
          bytes + record.bytes > limits.maxBatchBytes || records.length >= limits.maxBatchRecords;
        if (records.length > 0 && isFull) break;
        bytes += record.bytes;
        records.push(record);
      }
      room.remove(record);
      taken += 1;
    }
    if (taken === this.#waiting.length) this.#waiting = [];
    else this.#waiting.splice(0, taken);
    if (records.length === 0) return undefined;
    const batch = new Batch(records);
    this.#line.push(batch);
    return batch;
  }

  /** Decides about the first batch, and about those behind it while that ends them too. */
  #decide(): void {
    while (!this.#isPaused && this.#allAnswered()) {
      const [first] = this.#line;
      if (first === undefined) break;
      if (!first.isAwaited()) this.#end(first);
      else if (first.error === undefined || !this.#judge(first)) break;
    }
    this.#tell();
  }

  /** @returns whether the batch has left the line. */
  #judge(batch: Batch): boolean {
    const { error } = batch;
    // Once it may have been stored, or others were stored before it, it keeps its numbers or ends.
    const mayChange = !batch.mayBeStored && !batch.isOvertaken;
    switch (failureKind(error)) {
      case 'passing':
        if (batch.failures > this.options.limits.retries) return this.#end(batch, kafkaSinkError(error));
        this.#repeatLater(batch);
        return false;
      case 'content':
        return this.#judgeContent(batch, { error, mayChange });
      case 'sequence':
        if (!mayChange || batch.isRenewed) return this.#end(batch, kafkaSinkError(error));
        this.#renew(batch);
        return false;
      case 'final':
        return this.#end(batch, kafkaSinkError(error));
    }
  }

  /** Only of a record alone it is known that it is the one that is refused. */
  #judgeContent(
    batch: Batch,
    { error, mayChange }: { readonly error: unknown; readonly mayChange: boolean },
  ) {
    if (batch.records.length === 1) return this.#end(batch, kafkaSinkError(error));
    if (!mayChange) return this.#end(batch, new SinkError('KafkaUnavailable', { cause: error }));
    this.#halve(batch);
    return false;
  }

  #repeatLater(batch: Batch): void {
    const { limits, after, refreshLeaders } = this.options;
    this.#isPaused = true;
    after(Math.min(limits.retryPauseMs * 2 ** (batch.failures - 1), limits.maxRetryPauseMs), () => {
      void refreshLeaders().then(() => {
        this.#isPaused = false;
        batch.error = undefined;
        this.#decide();
      });
    });
  }

  /** Finds the records that are refused. A batch of small ones may be too large itself, so alone each counts. */
  #halve(batch: Batch): void {
    this.#breakEpoch(batch);
    this.#line.splice(this.#line.indexOf(batch), 1, ...batch.halves());
  }

  /** Nothing of it was stored: under a new epoch it is no repetition of anything. */
  #renew(batch: Batch): void {
    this.#breakEpoch(batch);
    batch.isRenewed = true;
    batch.error = undefined;
  }

  #end(batch: Batch, error?: SinkError): true {
    this.#breakEpoch(batch);
    this.#line.splice(this.#line.indexOf(batch), 1);
    const known = error ?? new SinkError('DeadlineExceeded');
    failAll(batch.records, known);
    this.options.onDecided({ batch, error: known });
    return true;
  }

  #breakEpoch({ epoch }: Batch): void {
    if (epoch !== undefined) epoch.isBroken = true;
  }

  #tell(): void {
    if (this.isReady()) this.options.onReady(this);
  }
}
