import { SinkError } from '@event-sinks/errors';
import { recordBytes, type TopicRecord } from '../protocol/records.ts';

/** A record on its way, until its sender has an answer. */
export class PendingRecord {
  readonly record: TopicRecord;
  readonly bytes: number;
  /** When it came, in milliseconds on a clock that only goes forward. */
  readonly since: number;
  readonly #signal: AbortSignal | undefined;
  readonly #settle: (error: SinkError | undefined) => void;
  #isSettled = false;

  constructor(
    record: TopicRecord,
    { since, signal }: { readonly since: number; readonly signal?: AbortSignal | undefined },
    settle: (error: SinkError | undefined) => void,
  ) {
    this.record = record;
    this.bytes = recordBytes(record);
    this.since = since;
    this.#signal = signal;
    this.#settle = settle;
  }

  /** Whether somebody waits for it: it has no answer yet, and its sender has not given up. */
  isAwaited(): boolean {
    if (this.#isSettled) return false;
    if (this.#signal?.aborted !== true) return true;
    this.fail(new SinkError('DeadlineExceeded'));
    return false;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** All in-sync replicas have it. The first answer counts. */
  acknowledge(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(undefined);
  }

  fail(error: SinkError): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(error);
  }
}

/** Gives all of them the same answer. */
export function failAll(records: readonly PendingRecord[], error: SinkError): void {
  for (const record of records) record.fail(error);
}
