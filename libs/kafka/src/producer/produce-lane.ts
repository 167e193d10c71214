import type { BrokerLink } from '../network/broker-link.ts';
import type { Batch } from './batch.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** A batch with the queue that it came from. */
export interface Consignment {
  readonly queue: PartitionQueue;
  readonly batch: Batch;
}

/** A produce request that was not answered yet. */
export interface ProduceRequest {
  readonly consignments: readonly Consignment[];
  /** When it was handed to an open connection; undefined while that is being opened. */
  startedAt: number | undefined;
  /** Whether it was handed to the link; before, it waits for a producer id. */
  isSent: boolean;
  /** Whether it has been found late. */
  isLate: boolean;
}

/** One connection to a broker, and the produce requests in flight on it. */
export class ProduceLane {
  readonly purpose: string;
  readonly requests = new Set<ProduceRequest>();
  link: BrokerLink | undefined;
  /** Whether another connection has taken its place; it ends with its last request. */
  isDetached = false;

  constructor(purpose: string) {
    this.purpose = purpose;
  }

  /** The requests that are late and were not found so before. */
  newlyLate(now: number, lateMs: number): ProduceRequest[] {
    const found: ProduceRequest[] = [];
    for (const request of this.requests) {
      if (request.isSent && request.startedAt === undefined && this.link?.isConnected() === true)
        request.startedAt = now;
      if (request.isLate || request.startedAt === undefined || now - request.startedAt < lateMs) continue;
      request.isLate = true;
      found.push(request);
    }
    return found;
  }

  /** The broker keeps what is in flight waiting for so long. */
  extend(ms: number): void {
    this.link?.extend(ms);
    for (const request of this.requests) if (request.startedAt !== undefined) request.startedAt += ms;
  }
}
