import type { TopicRecord } from '../protocol/records.ts';
import type { BatchIdentity } from '../protocol/record-batch.ts';
import type { PendingRecord } from './pending-record.ts';
import type { ProducerId } from './producer-ids.ts';

/** A producer id and epoch as one partition uses it. */
export interface PartitionEpoch extends ProducerId {
  /** Number of the next record. */
  sequence: number;
  /** Whether the broker has taken a batch under it: before, it would take any number as the first one. */
  isConfirmed: boolean;
  /** Whether a number of it was given up, so that the broker would refuse the ones behind it. */
  isBroken: boolean;
}

/** Records that are sent as one record batch, with the same bytes until it is decided what became of them. */
export class Batch {
  readonly records: readonly PendingRecord[];
  isSent = false;
  /** When it was first sent. */
  sentAt: number | undefined;
  /** Attempts that have failed. */
  failures = 0;
  /** The failure that is to be decided about, when the batch is the first of its partition. */
  error: unknown;
  /** Whether a broker may have stored it though no answer says so. */
  mayBeStored = false;
  /** Whether records behind it were stored before it, so that it must not be stored under other numbers. */
  isOvertaken = false;
  /** Whether it has been given new numbers once. */
  isRenewed = false;
  epoch: PartitionEpoch | undefined;
  #bytes: Buffer | undefined;

  constructor(records: readonly PendingRecord[]) {
    this.records = records;
  }

  /** Whether sending it takes numbers that it does not have yet. */
  needsNumbers(): boolean {
    return this.#bytes === undefined || (this.epoch?.isBroken === true && !this.mayBeStored);
  }

  /** Gives it the next numbers of an epoch. */
  encode(
    epoch: PartitionEpoch,
    encode: (records: readonly TopicRecord[], identity: BatchIdentity) => Buffer,
  ): void {
    const { producerId, epoch: number, sequence } = epoch;
    const records = this.records.map(({ record }) => record);
    this.#bytes = encode(records, { producerId, epoch: number, sequence });
    this.epoch = epoch;
    epoch.sequence += this.records.length;
  }

  /** What is sent. @throws Error before it has numbers. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) throw new Error('the batch has no numbers yet');
    return this.#bytes;
  }

  /** Two halves without numbers. */
  halves(): [Batch, Batch] {
    const middle = Math.ceil(this.records.length / 2);
    return [new Batch(this.records.slice(0, middle)), new Batch(this.records.slice(middle))];
  }

  isAwaited(): boolean {
    return this.records.some((record) => record.isAwaited());
  }
}
