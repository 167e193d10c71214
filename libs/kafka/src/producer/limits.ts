import type { RequestLimits } from '../network/connection-options.ts';

/** How long and how often a producer tries, and what may wait; all times in milliseconds. */
export interface ProducerLimits extends RequestLimits {
  /** By then every record has its answer, whatever the brokers do. */
  readonly deliveryTimeoutMs: number;
  /** How long the leader waits for the in-sync replicas: clearly shorter than a request may take, or what was stored would count as lost. */
  readonly brokerTimeoutMs: number;
  /** Further attempts of a batch after the first; at least 1. */
  readonly retries: number;
  /** The pause before the first further attempt; each next one is twice as long. */
  readonly retryPauseMs: number;
  readonly maxRetryPauseMs: number;
  /** How long credentials that were refused are not tried again; twice as long each time, up to the other. */
  readonly loginPauseMs: number;
  readonly maxLoginPauseMs: number;
  /** Of one record batch, at most; a larger record goes alone. Brokers take 1 MiB unless told otherwise. */
  readonly maxBatchBytes: number;
  readonly maxBatchRecords: number;
  /** Of one topic's records that are not sent yet. */
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
  /** Requests that one connection has in flight, and batches that a partition has; brokers remember five (KAFKA-5494). */
  readonly maxInFlight: number;
  /** Records that have to be there before a second request, or a further one, is put in flight on a connection. */
  readonly minPipelined: number;
  /** A partition whose acknowledgement takes longer travels apart from the others until it is quick again. */
  readonly lateMs: number;
  /** Longer than this no new records are taken for a broker that has asked for a pause. */
  readonly maxThrottleWaitMs: number;
  /** Connections are closed when nothing was sent for so long. */
  readonly idleMs: number;
}

/** Fits within a request's deadline of 10 s. */
export const defaultProducerLimits: ProducerLimits = {
  deliveryTimeoutMs: 9_000,
  connectTimeoutMs: 2_000,
  requestTimeoutMs: 3_000,
  brokerTimeoutMs: 1_500,
  retries: 4,
  retryPauseMs: 100,
  maxRetryPauseMs: 1_000,
  loginPauseMs: 1_000,
  maxLoginPauseMs: 25_000,
  maxBatchBytes: 900_000,
  maxBatchRecords: 10_000,
  maxQueued: 16_384,
  maxQueuedBytes: 32 * 1_048_576,
  maxInFlight: 5,
  minPipelined: 64,
  lateMs: 250,
  maxThrottleWaitMs: 1_000,
  idleMs: 300_000,
};
