import { SinkError } from '@event-sinks/errors';
import type { Logger } from '@event-sinks/runtime';
import type { Message } from 'kafkajs';
import { withDeadline } from './deadline.ts';
import { deliver, type Parcel } from './delivery.ts';
import { kafkaSinkError } from './error-mapping.ts';
import type { ProducerLimits } from './producer-limits.ts';
import type { SendResult, TopicRecord } from './records.ts';
import type { ProducerSession } from './session.ts';

/** What {@link TopicLane} takes. */
export interface TopicLaneOptions {
  readonly topic: string;
  readonly limits: ProducerLimits;
  readonly logger: Logger;
  readonly openSession: (topic: string) => ProducerSession;
  /** Called when the lane has been idle and closed its connections. */
  readonly onIdle: () => void;
}

/**
 * Sends one topic's batches, one after another: with two in flight, a retry of the first would follow the second
 * with sequence numbers that are not its own. A lane has a session of its own, because in kafkajs one topic that
 * is gone or has no leader fails the metadata of all.
 */
export class TopicLane {
  readonly #options: TopicLaneOptions;
  #session: ProducerSession | undefined;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: TopicLaneOptions) {
    this.#options = options;
  }

  /** Queues a batch; settles within the delivery timeout, counted from now. */
  async send(records: readonly TopicRecord[]): Promise<readonly SendResult[]> {
    clearTimeout(this.#idleTimer);
    this.#waiting += 1;
    const batch = new Batch(records);
    const before = this.#tail;
    const settled = this.#inTime(
      batch,
      before.then(() => this.#run(batch)),
    );
    // Not after the turn itself: kafkajs goes on retrying for seconds in a turn whose time is up.
    this.#tail = before.then(() => settled);
    await settled;
    this.#waiting -= 1;
    if (this.#waiting === 0) this.#watchIdle();
    return batch.results();
  }

  /** Finishes what is queued and closes the connections. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#tail;
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    await withDeadline(this.#options.limits.requestTimeoutMs, session.close(), () => {
      session.abandon();
    }).catch(() => {
      session.abandon();
    });
  }

  async #inTime(batch: Batch, turn: Promise<void>): Promise<void> {
    const { deliveryTimeoutMs } = this.#options.limits;
    await withDeadline(deliveryTimeoutMs, turn, () => {
      batch.failRest(
        new SinkError('KafkaUnavailable', { detail: `not acknowledged within ${deliveryTimeoutMs} ms` }),
      );
      // A batch that still waited for its turn has none: its session is busy with an earlier one.
      if (batch.session !== undefined) this.#drop(batch.session, batch);
    });
  }

  /** Never rejects. */
  async #run(batch: Batch): Promise<void> {
    if (batch.isSettled()) return;
    const { topic, openSession } = this.#options;
    try {
      const isNew = this.#session === undefined;
      const session = (this.#session ??= openSession(topic));
      batch.session = session;
      if (isNew) await session.connect();
      if (!(await deliver(session, topic, batch.parcels))) this.#drop(session, batch);
    } catch (error) {
      batch.failRest(kafkaSinkError(error));
      if (batch.session !== undefined) this.#drop(batch.session, batch);
    }
  }

  /** Once for a session: a turn that was overtaken by its deadline ends later, when the lane has a new one. */
  #drop(session: ProducerSession, batch: Batch): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    const { topic, logger } = this.#options;
    logger.warn('kafka session ended by a failed send', { topic, cause: batch.firstError() });
    session.abandon();
  }

  #watchIdle(): void {
    this.#idleTimer = setTimeout(() => {
      this.#options.onIdle();
      void this.close();
    }, this.#options.limits.idleMs);
    this.#idleTimer.unref();
  }
}

/** The results of one send while they come in; the first one for a record counts. */
class Batch {
  readonly parcels: readonly Parcel[];
  readonly #results: (SendResult | undefined)[];
  /** The session of its turn, once that has come. */
  session: ProducerSession | undefined;

  constructor(records: readonly TopicRecord[]) {
    this.#results = records.map(() => undefined);
    this.parcels = records.map((record, index) => ({
      message: toMessage(record),
      settle: (result) => {
        this.#results[index] ??= result;
      },
    }));
  }

  isSettled(): boolean {
    return this.#results.every((result) => result !== undefined);
  }

  failRest(error: SinkError): void {
    for (const { settle } of this.parcels) settle({ ok: false, error });
  }

  firstError(): SinkError | undefined {
    const failed = this.#results.find((result) => result?.ok === false);
    return failed?.ok === false ? failed.error : undefined;
  }

  results(): readonly SendResult[] {
    // Made only when needed: an error takes the stack, which shows on the way of every record.
    return this.#results.map(
      (result) => result ?? { ok: false, error: new SinkError('InternalError', { detail: 'no result' }) },
    );
  }
}

function toMessage({ key, value, headers, timestamp }: TopicRecord): Message {
  // No prototype: a header may have any name, "__proto__" too.
  const byName = Object.create(null) as Record<string, Buffer[]>;
  for (const [name, value] of headers) (byName[name] ??= []).push(Buffer.from(value));
  return { key, value, headers: byName, timestamp: String(timestamp ?? Date.now()) };
}
