import { microBatcher, type KafkaProducer, type SendResult } from '@event-sinks/kafka';
import type { Clock } from '@event-sinks/runtime';
import type { OutgoingRecord } from '../domain/to-record.ts';
import type { BatchMeter } from './producer-metrics.ts';

/** Limits on what waits for one topic, and on what is sent at once. */
export interface BatchLimits {
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
  readonly maxQueued: number;
  readonly maxQueuedBytes: number;
}

/** What a {@link TopicLine} works with. */
export interface TopicLineOptions {
  readonly producer: Pick<KafkaProducer, 'send'>;
  readonly batch: BatchLimits;
  readonly clock: Clock;
  readonly meter: Pick<BatchMeter, 'produced'>;
}

/** A batch was handed over when so many records had come in all. */
interface Mark {
  readonly added: number;
  readonly at: number;
}

/** The records of one topic on their way to one producer, one batch at a time. */
export class TopicLine {
  /** Shares that sinks have in it. */
  leases = 0;
  readonly #options: TopicLineOptions;
  readonly #batcher;
  #added = 0;
  #marks: Mark[] = [];

  constructor(options: TopicLineOptions) {
    this.#options = options;
    this.#batcher = microBatcher({ send: (batch) => this.#hand(batch), ...options.batch });
  }

  /** Never rejects. A record that still waits at the deadline is not sent any more. */
  async add(record: OutgoingRecord, deadline: AbortSignal): Promise<SendResult> {
    this.#added += 1;
    const result = await this.#batcher.add(record, deadline);
    if (!result.ok && result.error.code === 'Overloaded') this.#added -= 1;
    return result;
  }

  /** Records and bytes that wait. */
  queued(): { readonly records: number; readonly bytes: number } {
    return this.#batcher.queued();
  }

  /** Seconds for which the oldest record has been waiting, give or take the time of one batch. */
  queueAge(): number {
    if (this.#batcher.queued().records === 0) return 0;
    const at = this.#waitingMarks().at(0)?.at;
    return at === undefined ? 0 : (this.#options.clock.monotonic() - at) / 1_000;
  }

  async #hand(batch: readonly OutgoingRecord[]): Promise<readonly SendResult[]> {
    const { clock, meter, producer } = this.#options;
    const startedAt = clock.monotonic();
    this.#marks = this.#waitingMarks();
    this.#marks.push({ added: this.#added, at: startedAt });
    const results = await producer.send(batch);
    meter.produced(results, (clock.monotonic() - startedAt) / 1_000);
    return results;
  }

  /**
   * The newest batch, and those that had been handed over when a record that waits now was already there. Their times
   * tell how long it waits, without a look at the clock for each record.
   */
  #waitingMarks(): Mark[] {
    const taken = this.#added - this.#batcher.queued().records;
    return this.#marks.filter(({ added }, index) => added > taken || index === this.#marks.length - 1);
  }
}
