import { SinkError } from '@event-sinks/errors';
import { recordBytes, type SendResult, type TopicRecord } from '../records.ts';

/** A record on its way, with the place of its result. */
export class Parcel {
  readonly record: TopicRecord;
  readonly bytes: number;
  readonly #shipment: Shipment;
  readonly #index: number;

  constructor(record: TopicRecord, index: number, shipment: Shipment) {
    this.record = record;
    this.bytes = recordBytes(record);
    this.#shipment = shipment;
    this.#index = index;
  }

  isSettled(): boolean {
    return this.#shipment.has(this.#index);
  }

  /** The first result counts. */
  settle(result: SendResult): void {
    this.#shipment.settle(this.#index, result);
  }
}

/** The records of one `send`, until each has its result or the time is up. */
export class Shipment {
  readonly parcels: readonly Parcel[];
  readonly results: Promise<readonly SendResult[]>;
  readonly #results: SendResult[];
  #open: number;
  #resolve: (results: readonly SendResult[]) => void = () => undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(batch: readonly TopicRecord[], timeoutMs: number) {
    this.#results = new Array<SendResult>(batch.length);
    this.#open = batch.length;
    this.results = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#timer = setTimeout(() => {
      const detail = `not acknowledged within ${timeoutMs} ms`;
      failAll(this.parcels, new SinkError('KafkaUnavailable', { detail }));
    }, timeoutMs);
    this.parcels = batch.map((record, index) => new Parcel(record, index, this));
    if (batch.length === 0) this.#finish();
  }

  has(index: number): boolean {
    return this.#results[index] !== undefined;
  }

  settle(index: number, result: SendResult): void {
    if (this.#results[index] !== undefined) return;
    this.#results[index] = result;
    this.#open -= 1;
    if (this.#open === 0) this.#finish();
  }

  #finish(): void {
    clearTimeout(this.#timer);
    this.#resolve(this.#results);
  }
}

/** Settles all of them with the same failure. */
export function failAll(parcels: readonly Parcel[], error: SinkError): void {
  for (const parcel of parcels) parcel.settle({ ok: false, error });
}
