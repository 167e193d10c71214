import type { SinkError } from '@event-sinks/errors';
import type { Batch } from '../src/producer/batch.ts';
import type { PartitionQueue } from '../src/producer/partition-queue.ts';
import type { QueueRoom } from '../src/producer/queue-room.ts';
import { BrokerError } from '../src/protocol/broker-error.ts';
import { decodeModelBatch, type ModelBroker } from './model-broker.ts';

/** A promise of the producer is broken. */
export class ModelFault extends Error {
  override readonly name = 'ModelFault';
}

/** A record as the test knows it. */
export interface ModelRecord {
  readonly id: number;
  readonly isInvalid: boolean;
  readonly since: number;
  bytes: number;
  isSettled: boolean;
  /** Whether its sender has given up. */
  isAborted: boolean;
}

const maxUndecided = 5;

/** Failures after which a broker has surely not stored the batch. */
const surelyNotStored = new Set([
  'MESSAGE_TOO_LARGE',
  'INVALID_RECORD',
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'DUPLICATE_SEQUENCE_NUMBER',
  'NOT_ENOUGH_REPLICAS',
]);

const contentCodes = new Set(['EventTooLarge', 'InvalidData']);

/** What has to be true during a run and at its end. */
export class ModelChecks {
  readonly #broker: ModelBroker;
  readonly #maxBytes: number;
  readonly #records: ModelRecord[] = [];
  readonly #acknowledged = new Set<number>();
  readonly #refused = new Set<number>();
  /** Record id by producer id, epoch and sequence. */
  readonly #numbers = new Map<string, number>();
  /** The batch that a record must stay in, after an attempt that may have stored it. */
  readonly #ambiguous = new Map<number, string>();
  readonly #sent = new Map<Batch, string>();
  readonly #inFlight = new Set<Batch>();
  /** Ids of records that were in a batch. */
  readonly #taken = new Set<number>();
  #undecided = new Set<Batch>();
  /** Whether the broker has lost producer state, so that it takes what it would refuse. */
  hasForgotten = false;
  /** Whether nothing goes wrong but what the records are, and requests that overtake each other. */
  isPeaceful = false;

  constructor(broker: ModelBroker, maxBytes: number) {
    this.#broker = broker;
    this.#maxBytes = maxBytes;
  }

  name(batch: Batch): string {
    return this.#sent.get(batch) ?? `batch of ${batch.records.length} records without numbers`;
  }

  added(record: ModelRecord): void {
    this.#records.push(record);
  }

  taken(batch: Batch): void {
    demand(!this.#inFlight.has(batch), 'a batch in flight was taken again');
    this.#inFlight.add(batch);
    for (const { record } of batch.records) this.#takenFirst(record.value!.readUInt32BE());
    const records = new Set(batch.records);
    // A half takes the place of the whole.
    this.#undecided = new Set(
      [...this.#undecided].filter((each) => !each.records.some((one) => records.has(one))),
    );
    this.#undecided.add(batch);
    demand(this.#undecided.size <= maxUndecided, `${this.#undecided.size} batches are undecided`);
  }

  expired(before: number): void {
    const open = this.#records.filter((record) => !record.isSettled && record.since <= before);
    demand(open.length === 0, `record ${open[0]?.id} has expired and has no answer`);
  }

  sent(batch: Batch, bytes: Buffer): void {
    const text = bytes.toString();
    this.#sent.set(batch, text);
    const { producerId, epoch, sequence, ids } = decodeModelBatch(bytes);
    for (const [index, id] of ids.entries()) {
      const number = `${producerId}/${epoch}/${sequence + index}`;
      const other = this.#numbers.get(number) ?? id;
      demand(other === id, `${number} stands for record ${other} and for record ${id}`);
      this.#numbers.set(number, id);
      const earlier = this.#ambiguous.get(id) ?? text;
      demand(earlier === text, `record ${id} may be stored by ${earlier} and is sent by ${text}`);
    }
  }

  failed(batch: Batch, error: unknown): void {
    this.#inFlight.delete(batch);
    const text = this.#sent.get(batch);
    if (text === undefined || (error instanceof BrokerError && surelyNotStored.has(error.type))) return;
    if (error instanceof BrokerError && error.type === 'LEADER_NOT_AVAILABLE') return;
    for (const id of decodeModelBatch(Buffer.from(text)).ids) this.#ambiguous.set(id, text);
  }

  decided(batch: Batch, error: SinkError | undefined): void {
    this.#inFlight.delete(batch);
    this.#undecided.delete(batch);
    const open = batch.records.filter(({ isSettled }) => !isSettled).length;
    demand(
      open === 0,
      `${open} records of a decided batch have no answer (${error?.code ?? 'acknowledged'})`,
    );
  }

  settled(record: ModelRecord, error: SinkError | undefined): void {
    const { id, isInvalid, bytes } = record;
    demand(!record.isSettled, `record ${id} has two answers`);
    record.isSettled = true;
    const copies = this.#broker.copies.get(id) ?? 0;
    if (error === undefined) {
      this.#acknowledged.add(id);
      demand(copies > 0, `record ${id} is acknowledged and not in the log`);
      return;
    }
    if (!contentCodes.has(error.code)) {
      demand(!this.isPeaceful, `record ${id} fails without a cause: ${error.code} ${error.message}`);
      return;
    }
    this.#refused.add(id);
    const isRefusable = isInvalid || bytes > this.#maxBytes;
    demand(isRefusable, `record ${id} (${bytes} of ${this.#maxBytes} bytes) is refused with ${error.code}`);
  }

  afterStep(queue: PartitionQueue): void {
    demand(this.#inFlight.size <= maxUndecided, `${this.#inFlight.size} batches are in flight`);
    demand(!queue.isEmpty() || this.#undecided.size === 0, 'an empty queue has undecided batches');
  }

  atEnd({ records, bytes }: Pick<QueueRoom, 'records' | 'bytes'>): void {
    demand(records === 0 && bytes === 0, `the room has ${records} records of ${bytes} bytes at the end`);
    const { log, copies } = this.#broker;
    for (const { id, isSettled } of this.#records) {
      demand(isSettled, `record ${id} has no answer`);
      const count = copies.get(id) ?? 0;
      demand(count > 0 || !this.#acknowledged.has(id), `record ${id} is acknowledged and not in the log`);
      demand(count === 0 || !this.#refused.has(id), `record ${id} is refused for content and in the log`);
      demand(count <= 1 || this.hasForgotten, `record ${id} is in the log ${count} times`);
    }
    if (!this.hasForgotten) this.#checkOrder(log.filter((id) => this.#acknowledged.has(id)));
  }

  #takenFirst(id: number): void {
    if (this.#taken.has(id)) return;
    this.#taken.add(id);
    demand(this.#records[id]?.isAborted === false, `record ${id} is sent though its sender had given up`);
  }

  #checkOrder(acknowledged: readonly number[]): void {
    for (const [index, id] of acknowledged.entries()) {
      const before = acknowledged[index - 1] ?? -1;
      demand(before < id, `record ${before} is in the log before record ${id}`);
    }
  }
}

function demand(isTrue: boolean, message: string): void {
  if (!isTrue) throw new ModelFault(message);
}
