import type { PendingRecord } from './pending-record.ts';

/** What may wait for one topic. */
export interface RoomLimits {
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/** Counts the records of one topic that are not sent yet. */
export class QueueRoom {
  readonly #limits: RoomLimits;
  records = 0;
  bytes = 0;

  constructor(limits: RoomLimits) {
    this.#limits = limits;
  }

  /** Whether one more may wait; a single one may be larger than the limit. */
  hasRoomFor({ bytes }: PendingRecord): boolean {
    const { maxQueued, maxQueuedBytes } = this.#limits;
    return this.records < maxQueued && (this.records === 0 || this.bytes + bytes <= maxQueuedBytes);
  }

  add({ bytes }: PendingRecord): void {
    this.records += 1;
    this.bytes += bytes;
  }

  remove({ bytes }: PendingRecord): void {
    this.records -= 1;
    this.bytes -= bytes;
  }
}
