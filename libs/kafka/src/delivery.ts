import { SinkError } from '@event-sinks/errors';
import type { Message } from 'kafkajs';
import { brokerErrorType, kafkaSinkError } from './error-mapping.ts';
import { groupBy, leaderOf, partitionChooser } from './partitions.ts';
import type { SendResult } from './records.ts';
import type { ProducerSession } from './session.ts';

/** A message with the place of its result. */
export interface Parcel {
  readonly message: Message;
  readonly settle: (result: SendResult) => void;
}

/** Refused for what the records are, in every attempt alike, so that surely nothing of the batch was appended. */
const contentRefusals = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
]);

/**
 * Sends one topic's parcels and settles each of them. kafkajs tells only that *something* in a send failed, and
 * turns back the sequence numbers of everything that was in the failed request. Two rules follow:
 *
 * A failed send of several partitions is repeated for each partition alone, with the same records on the same
 * session: a partition that had succeeded is then recognised by the broker as a duplicate and answered with its
 * first offset, and the others show their own error.
 *
 * After a failure that may have appended something the session must not send *other* records: they would carry
 * sequence numbers that the broker has seen, be dropped as duplicates and be acknowledged all the same.
 *
 * @returns whether the session may be used again.
 */
export async function deliver(
  session: ProducerSession,
  topic: string,
  parcels: readonly Parcel[],
): Promise<boolean> {
  const attempt = new Attempt(session);
  // The first send of a session learns the leaders; by them the rest is split, so that a failed request to one
  // broker says nothing about what another one was sent.
  const scouts = session.table() === undefined ? parcels.slice(0, 1) : [];
  await attempt.send(scouts);
  const rest = parcels.slice(scouts.length);
  const table = session.table();
  if (attempt.firstFailure !== undefined && (attempt.isSpoilt || table === undefined)) {
    settleAll(rest, attempt.firstFailure);
    return false;
  }
  if (table === undefined) return !attempt.isSpoilt;
  const choose = partitionChooser(topic, table);
  for (const { message } of rest) message.partition = choose(message);
  const byLeader = groupBy(rest, ({ message }) => leaderOf(table, message.partition ?? 0));
  await Promise.all(byLeader.map((group) => attempt.send(group)));
  return !attempt.isSpoilt;
}

/** One pass over one batch. */
class Attempt {
  readonly #session: ProducerSession;
  isSpoilt = false;
  firstFailure: SinkError | undefined;

  constructor(session: ProducerSession) {
    this.#session = session;
  }

  async send(parcels: readonly Parcel[]): Promise<void> {
    if (parcels.length === 0) return;
    try {
      this.#acknowledge(parcels, await this.#session.send(parcels.map(({ message }) => message)));
    } catch (error) {
      await this.#handleFailure(parcels, error);
    }
  }

  async #handleFailure(parcels: readonly Parcel[], error: unknown): Promise<void> {
    const type = brokerErrorType(error);
    const partitions = groupBy(parcels, ({ message }) => message.partition ?? 0);
    if (type !== undefined && partitions.length > 1) {
      await Promise.all(partitions.map((group) => this.send(group)));
    } else if (type !== undefined && contentRefusals.has(type)) {
      await this.#halve(parcels, error);
    } else {
      this.isSpoilt = true;
      this.#fail(parcels, kafkaSinkError(error));
    }
  }

  /** Finds the records that are refused. A batch of small ones may be too large itself, so alone each counts. */
  async #halve(parcels: readonly Parcel[], error: unknown): Promise<void> {
    if (parcels.length === 1) {
      this.#fail(parcels, kafkaSinkError(error));
      return;
    }
    const middle = Math.ceil(parcels.length / 2);
    await this.send(parcels.slice(0, middle));
    await this.send(parcels.slice(middle));
  }

  #acknowledge(parcels: readonly Parcel[], baseOffsets: ReadonlyMap<number, number>): void {
    for (const group of groupBy(parcels, ({ message }) => message.partition ?? 0)) {
      const partition = group[0]?.message.partition ?? 0;
      const base = baseOffsets.get(partition);
      if (base === undefined) this.#unanswered(group);
      else
        for (const [index, { settle }] of group.entries())
          settle({ ok: true, partition, offset: base + index });
    }
  }

  /**
   * kafkajs reports success for partitions that it never sent: those missing in its metadata, and those whose
   * leadership moved, between two attempts, to a broker that had answered already.
   */
  #unanswered(parcels: readonly Parcel[]): void {
    this.isSpoilt = true;
    this.#fail(
      parcels,
      new SinkError('KafkaUnavailable', { detail: 'no broker acknowledged the partition' }),
    );
  }

  #fail(parcels: readonly Parcel[], error: SinkError): void {
    this.firstFailure ??= error;
    settleAll(parcels, error);
  }
}

function settleAll(parcels: readonly Parcel[], error: SinkError): void {
  for (const { settle } of parcels) settle({ ok: false, error });
}
