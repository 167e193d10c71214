import { SinkError } from '@event-sinks/errors';
import { kafkaSinkError } from '../error-mapping.ts';
import type { ProducerLimits } from '../producer-limits.ts';
import type { TopicRecord } from '../records.ts';
import { failureKind } from './broker-error.ts';
import type { Identity } from './identities.ts';
import { failAll, type Parcel } from './parcel.ts';
import type { BatchIdentity } from './record-batch.ts';

/** Parcels that are sent as one record batch, again and again with the same bytes until it is decided. */
export interface LaneBatch {
  readonly parcels: readonly Parcel[];
  /** Set when it is first sent. */
  bytes: Buffer | undefined;
  /** Attempts that have failed. */
  failures: number;
}

/** What a {@link PartitionLane} works with. */
export interface LaneContext {
  readonly topic: string;
  readonly partition: number;
  readonly limits: ProducerLimits;
  readonly encode: (records: readonly TopicRecord[], identity: BatchIdentity) => Buffer;
  readonly nextIdentity: () => Identity;
  /** The lane has something to send now. */
  readonly onReady: (lane: PartitionLane) => void;
  /** Leaders may have moved; resolves when the answer is there, and never rejects. */
  readonly refreshLeaders: () => Promise<void>;
  /** A batch was given up, for another reason than what is in it. */
  readonly onGivenUp: (error: SinkError) => void;
}

const lastSequence = 2 ** 31 - 1;

/**
 * What waits for one partition, in its order. One batch is in flight at a time and keeps its bytes, and with them
 * its sequence numbers, until it is acknowledged or given up; after a failure that ends it the lane takes a new
 * identity, so no number is ever used for two different records.
 */
export class PartitionLane {
  readonly context: LaneContext;
  readonly #waiting: Parcel[] = [];
  /** Batches that come before what waits: one to repeat, or the halves of one that was refused. */
  readonly #next: LaneBatch[] = [];
  #isBusy = false;
  #identity: Identity | undefined;
  #sequence = 0;

  constructor(context: LaneContext) {
    this.context = context;
  }

  add(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) this.#waiting.push(parcel);
    this.#tell();
  }

  isEmpty(): boolean {
    return !this.#isBusy && this.#next.length === 0 && this.#waiting.length === 0;
  }

  /** The next batch; the lane is busy until `acknowledge` or `fail` is called for it. */
  take(): LaneBatch | undefined {
    if (this.#isBusy) return undefined;
    const batch = this.#next.shift() ?? this.#cut();
    this.#isBusy = batch !== undefined;
    return batch;
  }

  /** The bytes of a batch that was taken. @throws Error when a new identity is needed and there is none. */
  bytesOf(batch: LaneBatch): Buffer {
    if (batch.bytes !== undefined) return batch.bytes;
    if (this.#sequence + batch.parcels.length > lastSequence) this.#identity = undefined;
    if (this.#identity === undefined) {
      this.#identity = this.context.nextIdentity();
      this.#sequence = 0;
    }
    const records = batch.parcels.map(({ record }) => record);
    batch.bytes = this.context.encode(records, { ...this.#identity, sequence: this.#sequence });
    this.#sequence += batch.parcels.length;
    return batch.bytes;
  }

  acknowledge(batch: LaneBatch, baseOffset: number): void {
    const { partition } = this.context;
    for (const [index, parcel] of batch.parcels.entries())
      parcel.settle({ ok: true, partition, offset: baseOffset + index });
    this.#free();
  }

  fail(batch: LaneBatch, error: unknown): void {
    const kind = failureKind(error);
    const isFirst = batch.failures === 0;
    batch.failures += 1;
    if (kind === 'content' && batch.parcels.length > 1) this.#halve(batch);
    else if (kind === 'passing' && this.#mayRepeat(batch)) this.#repeatLater(batch);
    // Not appended, and no earlier attempt can have been: under a new identity it is no repetition of anything.
    else if (kind === 'sequence' && isFirst) this.#renew(batch);
    else this.#giveUp(batch, kafkaSinkError(error), kind === 'content');
  }

  #cut(): LaneBatch | undefined {
    const { maxBatchBytes } = this.context.limits;
    const parcels: Parcel[] = [];
    let bytes = 0;
    let taken = 0;
    for (const parcel of this.#waiting) {
      if (!parcel.isSettled()) {
        if (parcels.length > 0 && bytes + parcel.bytes > maxBatchBytes) break;
        bytes += parcel.bytes;
        parcels.push(parcel);
      }
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    return parcels.length === 0 ? undefined : { parcels, bytes: undefined, failures: 0 };
  }

  #mayRepeat({ failures, parcels }: LaneBatch): boolean {
    return failures <= this.context.limits.retries && !parcels.every((parcel) => parcel.isSettled());
  }

  #repeatLater(batch: LaneBatch): void {
    const { retryPauseMs, maxRetryPauseMs } = this.context.limits;
    const pause = Math.min(retryPauseMs * 2 ** (batch.failures - 1), maxRetryPauseMs);
    setTimeout(() => {
      void this.context.refreshLeaders().then(() => {
        if (!this.#mayRepeat(batch)) this.#giveUp(batch, new SinkError('DeadlineExceeded'));
        else this.#putFirst([batch]);
      });
    }, pause);
  }

  #renew(batch: LaneBatch): void {
    batch.bytes = undefined;
    this.#identity = undefined;
    this.#putFirst([batch]);
  }

  /** Finds the records that are refused. A batch of small ones may be too large itself, so alone each counts. */
  #halve({ parcels }: LaneBatch): void {
    const middle = Math.ceil(parcels.length / 2);
    this.#identity = undefined;
    this.#putFirst([
      { parcels: parcels.slice(0, middle), bytes: undefined, failures: 0 },
      { parcels: parcels.slice(middle), bytes: undefined, failures: 0 },
    ]);
  }

  #giveUp(batch: LaneBatch, error: SinkError, isContent = false): void {
    this.#identity = undefined;
    failAll(batch.parcels, error);
    if (!isContent) this.context.onGivenUp(error);
    this.#free();
  }

  #putFirst(batches: readonly LaneBatch[]): void {
    this.#next.unshift(...batches);
    this.#free();
  }

  #free(): void {
    this.#isBusy = false;
    this.#tell();
  }

  #tell(): void {
    if (!this.#isBusy && !this.isEmpty()) this.context.onReady(this);
  }
}
