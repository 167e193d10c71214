import type { BatchIdentity } from '../src/protocol/record-batch.ts';
import { BrokerError } from '../src/protocol/broker-error.ts';

/** What the model has in place of a record batch. */
export interface ModelBatch extends BatchIdentity {
  readonly ids: readonly number[];
  /** Size of the batch. */
  readonly bytes: number;
  /** Whether one of its records is invalid. */
  readonly isInvalid: boolean;
}

/** The bytes of a batch. */
export function encodeModelBatch({ producerId, ...rest }: ModelBatch): Buffer {
  return Buffer.from(JSON.stringify({ producerId: Number(producerId), ...rest }));
}

export function decodeModelBatch(bytes: Buffer): ModelBatch {
  const { producerId, ...rest } = JSON.parse(bytes.toString()) as Omit<ModelBatch, 'producerId'> & {
    readonly producerId: number;
  };
  return { ...rest, producerId: BigInt(producerId) };
}

/** How broker versions differ, and the size limit of a batch. */
export interface ModelBrokerOptions {
  readonly maxBytes: number;
  /** The answer to a duplicate that is older than the batches in memory. */
  readonly oldDuplicate: 'DUPLICATE_SEQUENCE_NUMBER' | 'OUT_OF_ORDER_SEQUENCE_NUMBER';
  /** Brokers before KIP-360 refuse a producer id without state unless the sequence is 0; later ones take any sequence. */
  readonly refusesUnknownIds: boolean;
}

interface SequenceRange {
  readonly first: number;
  readonly last: number;
}

interface ProducerState {
  readonly epoch: number;
  /** The newest batches, at most five. */
  readonly newest: readonly SequenceRange[];
  readonly older: readonly SequenceRange[];
}

/** Kafka remembers so many batches of a producer id. */
const remembered = 5;

/** The log of one partition with Kafka's rules for idempotent producers (`ProducerStateManager`). */
export class ModelBroker {
  readonly #options: ModelBrokerOptions;
  readonly #producers = new Map<bigint, ProducerState>();
  /** Record ids in log order. */
  readonly log: number[] = [];
  readonly copies = new Map<number, number>();

  constructor(options: ModelBrokerOptions) {
    this.#options = options;
  }

  /** @returns undefined when the batch is in the log, appended now or before. */
  append(bytes: Buffer): BrokerError | undefined {
    const batch = decodeModelBatch(bytes);
    if (batch.bytes > this.#options.maxBytes) return new BrokerError('MESSAGE_TOO_LARGE');
    if (batch.isInvalid) return new BrokerError('INVALID_RECORD');
    const range = { first: batch.sequence, last: batch.sequence + batch.ids.length - 1 };
    const known = this.#producers.get(batch.producerId);
    if (known?.epoch === batch.epoch && known.newest.some((each) => isSame(each, range))) return undefined;
    const refusal = this.#refusal(batch, range, known);
    if (refusal !== undefined) return new BrokerError(refusal);
    this.#remember(batch, range, known);
    for (const id of batch.ids) {
      this.log.push(id);
      this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
    }
    return undefined;
  }

  /** Loses what is known of all producers, as after the retention time or an unclean election. */
  forget(): void {
    this.#producers.clear();
  }

  #refusal(
    { epoch }: ModelBatch,
    range: SequenceRange,
    known: ProducerState | undefined,
  ): string | undefined {
    if (known === undefined)
      return this.#options.refusesUnknownIds && range.first !== 0 ? 'UNKNOWN_PRODUCER_ID' : undefined;
    if (epoch < known.epoch) return 'INVALID_PRODUCER_EPOCH';
    if (epoch > known.epoch) return range.first === 0 ? undefined : 'OUT_OF_ORDER_SEQUENCE_NUMBER';
    if (known.older.some((each) => isSame(each, range))) return this.#options.oldDuplicate;
    return range.first === known.newest.at(-1)!.last + 1 ? undefined : 'OUT_OF_ORDER_SEQUENCE_NUMBER';
  }

  #remember({ producerId, epoch }: ModelBatch, range: SequenceRange, known: ProducerState | undefined): void {
    const isContinued = known?.epoch === epoch;
    const all = [...(isContinued ? known.newest : []), range];
    const older = isContinued ? known.older : [];
    this.#producers.set(producerId, {
      epoch,
      newest: all.slice(-remembered),
      older: all.length > remembered ? [...older, all[0]!] : older,
    });
  }
}

function isSame(one: SequenceRange, other: SequenceRange): boolean {
  return one.first === other.first && one.last === other.last;
}
