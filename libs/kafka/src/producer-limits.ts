import type { RequestLimits } from './connection.ts';

/** How long and how often a producer tries; all times in milliseconds. */
export interface ProducerLimits extends RequestLimits {
  /** By then every send has settled, whatever the brokers do. */
  readonly deliveryTimeoutMs: number;
  /** Further attempts of a send after the first; at least 1. */
  readonly retries: number;
  /** The pause before the first further attempt; each next one is twice as long. */
  readonly retryPauseMs: number;
  readonly maxRetryPauseMs: number;
  /** How long credentials that were refused are not tried again; twice as long each time, up to the other. */
  readonly loginPauseMs: number;
  readonly maxLoginPauseMs: number;
  /** Bytes of one record batch, at most; a larger record goes alone. Brokers take 1 MiB unless told otherwise. */
  readonly maxBatchBytes: number;
  /** A topic's connections are closed when nothing was sent for so long. */
  readonly idleMs: number;
}

/** Fits within a request's deadline of 10 s. */
export const defaultProducerLimits: ProducerLimits = {
  deliveryTimeoutMs: 9000,
  connectTimeoutMs: 2000,
  requestTimeoutMs: 3000,
  retries: 4,
  retryPauseMs: 100,
  maxRetryPauseMs: 1000,
  loginPauseMs: 1000,
  maxLoginPauseMs: 25_000,
  maxBatchBytes: 900_000,
  idleMs: 300_000,
};
