import { SinkError } from '@event-sinks/errors';
import type { Batch } from '../src/producer/batch.ts';
import { defaultProducerLimits, type ProducerLimits } from '../src/producer/limits.ts';
import { PartitionQueue } from '../src/producer/partition-queue.ts';
import { PendingRecord } from '../src/producer/pending-record.ts';
import { QueueRoom } from '../src/producer/queue-room.ts';
import { BrokerError } from '../src/protocol/broker-error.ts';
import type { TopicRecord } from '../src/protocol/records.ts';

/** A record whose value is its name, padded to a size. */
export function namedRecord(name: string, size = 0, key: Buffer | null = null): TopicRecord {
  return { topic: 'orders', key, value: Buffer.from(name.padEnd(size, '.')), headers: [] };
}

export function nameOf({ value }: Pick<TopicRecord, 'value'>): string {
  return value?.toString().replaceAll('.', '') ?? '';
}

/** A batch as it was sent. */
export interface SentBatch {
  readonly batch: Batch;
  readonly bytes: Buffer;
  /** Epoch, sequence and records, such as `0/3 d,e`. */
  readonly text: string;
}

/** A queue that the test takes batches from, with records under names and timers that the test runs. */
export class ModelQueue {
  /** `acknowledged` or the code of the error, by record; absent without an answer. */
  readonly results: Record<string, string> = {};
  /** Decided batches: `acknowledged` or the code of the error. */
  readonly decided: string[] = [];
  /** How often the queue was ready. */
  signals = 0;
  /** How often leaders were asked for. */
  refreshes = 0;
  /** Milliseconds of the timers that have not run. */
  pauses: number[] = [];
  readonly room: QueueRoom;
  readonly queue: PartitionQueue;
  #epoch = -1;
  #callbacks: (() => void)[] = [];

  constructor(limits: Partial<ProducerLimits> = {}) {
    const all = { ...defaultProducerLimits, ...limits };
    this.room = new QueueRoom(all);
    this.queue = new PartitionQueue({
      ...{ topic: 'orders', partition: 3, room: this.room, limits: all },
      encode: (records, { epoch, sequence }) =>
        Buffer.from(`${epoch}/${sequence} ${records.map(nameOf).join()}`),
      nextId: () => ({ producerId: 7n, epoch: (this.#epoch += 1) }),
      onReady: () => (this.signals += 1),
      refreshLeaders: () => Promise.resolve(void (this.refreshes += 1)),
      onDecided: ({ error }) => this.decided.push(error?.code ?? 'acknowledged'),
      after: (ms, callback) => {
        this.pauses.push(ms);
        this.#callbacks.push(callback);
      },
    });
  }

  add(name: string, options: { size?: number; since?: number; signal?: AbortSignal } = {}): void {
    const { size, since = 0, signal } = options;
    const record = new PendingRecord(namedRecord(name, size), { since, signal }, (error) => {
      this.results[name] = error?.code ?? 'acknowledged';
    });
    this.queue.add(record);
  }

  /** Sends a batch, or nothing. */
  send(): SentBatch | undefined {
    const batch = this.queue.take(0);
    if (batch === undefined) return undefined;
    const bytes = this.queue.bytesOf(batch);
    return { batch, bytes, text: bytes.toString() };
  }

  /** Adds each record and sends it in a batch of one. */
  sendEach(...names: string[]): SentBatch[] {
    return names.map((name) => {
      this.add(name);
      return this.send()!;
    });
  }

  /** Sends what waits in a batch, which the broker stores. @returns it as it was sent. */
  store(): string | undefined {
    const sent = this.send();
    if (sent !== undefined) this.queue.acknowledge(sent.batch);
    return sent?.text;
  }

  /** A queue whose first epoch is confirmed by the record `first`. */
  confirm(): this {
    this.add('first');
    this.store();
    return this;
  }

  /** Stores everything. @returns the batches as they were sent. */
  drain(): string[] {
    const texts: string[] = [];
    for (let text = this.store(); text !== undefined; text = this.store()) texts.push(text);
    return texts;
  }

  fail({ batch }: SentBatch, error: Error | string): void {
    this.queue.fail(batch, typeof error === 'string' ? new BrokerError(error) : error);
  }

  /** Runs the timers that wait, and what follows from them. */
  async wake(): Promise<void> {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    this.pauses = [];
    for (const callback of callbacks) callback();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  }

  expire(before: number): void {
    this.queue.expire(before, () => new SinkError('KafkaUnavailable'));
  }
}

export const connectionClosed = (): Error => new Error('Connection closed');
