/** How one pass over a key ended; `stopped` when the whole loop was told to end meanwhile. */
export type ReconcileOutcome = 'done' | 'requeued' | 'error' | 'timeout' | 'terminal' | 'stopped';

/** Where a loop reports; `loop` is its name. Built on whatever metrics library the process has. */
export interface ReconcileMetrics {
  /** A pass ended after `seconds`. */
  reconciled(loop: string, outcome: ReconcileOutcome, seconds: number): void;
  /** A key goes back in line after a failure. */
  retried(loop: string): void;
  /** Keys in line, with workers, and waiting for their time; called when a pass begins or ends. */
  queued(loop: string, sizes: QueueSizes): void;
}

/** See {@link ReconcileMetrics.queued}. */
export interface QueueSizes {
  readonly depth: number;
  readonly processing: number;
  readonly delayed: number;
}

/** Counts nothing. */
export const noMetrics: ReconcileMetrics = {
  reconciled: () => undefined,
  retried: () => undefined,
  queued: () => undefined,
};
