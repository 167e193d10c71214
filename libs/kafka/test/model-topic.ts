import { defaultProducerLimits, type ProducerLimits } from '../src/producer/limits.ts';
import { PartitionQueue } from '../src/producer/partition-queue.ts';
import { PendingRecord } from '../src/producer/pending-record.ts';
import { TopicRouter } from '../src/producer/topic-router.ts';
import { codeOf } from './error-code.ts';
import type { TopicMetadata } from '../src/protocol/metadata.ts';
import { turns } from './model-cluster.ts';
import { nameOf, namedRecord } from './model-queue.ts';

/** A topic's router with metadata that the test decides, and queues that it takes batches from. */
export class ModelTopic {
  readonly router: TopicRouter;
  /** Opened queues; the newest of each partition. */
  readonly queues = new Map<number, PartitionQueue>();
  readonly gone: number[] = [];
  /** Partitions that are slow. */
  readonly slow = new Set<number>();
  /** Milliseconds by node. */
  readonly throttled = new Map<number, number>();
  readonly results: Record<string, string> = {};
  /** By record, for the errors' details. */
  readonly errors: Record<string, { readonly retryAfterSeconds: number | undefined }> = {};
  now = 0;
  /** How often the brokers were asked. */
  asked = 0;
  /** The leader by partition, or the error in the brokers' answer. */
  leaders: readonly number[] | string;
  /** What asking fails with. */
  failure: Error | undefined;

  constructor(leaders: readonly number[] | string, limits: Partial<ProducerLimits> = {}) {
    this.leaders = leaders;
    const all = { ...defaultProducerLimits, ...limits };
    this.router = new TopicRouter({
      limits: all,
      describe: () => {
        this.asked += 1;
        return this.failure === undefined ? Promise.resolve(this.#metadata()) : Promise.reject(this.failure);
      },
      openQueue: (partition, room) => {
        const queue = new PartitionQueue({
          ...{ topic: 'orders', partition, room, limits: all },
          encode: (records) => Buffer.from(records.map(nameOf).join()),
          nextId: () => ({ producerId: 7n, epoch: 0 }),
          onReady: () => undefined,
          refreshLeaders: () => Promise.resolve(),
          onDecided: () => undefined,
          after: () => undefined,
        });
        this.queues.set(partition, queue);
        return queue;
      },
      onQueueGone: ({ options }) => this.gone.push(options.partition),
      isWell: ({ options }) => !this.slow.has(options.partition),
      throttleMs: (node) => this.throttled.get(node) ?? 0,
      now: () => this.now,
    });
  }

  /** Adds a record under its name, without waiting. */
  add(name: string, key: string | null = null, size = 0): void {
    const options = { since: this.now };
    const pending = new PendingRecord(
      namedRecord(name, size, key === null ? null : Buffer.from(key)),
      options,
      (error) => {
        this.results[name] = error?.code ?? 'acknowledged';
        if (error !== undefined) this.errors[name] = error;
      },
    );
    this.router.add(pending);
  }

  /** Makes the partitions known. */
  async know(): Promise<this> {
    await this.router.refresh();
    return this;
  }

  /** Adds records one by one, each of which is stored before the next. @returns their partitions. */
  spread(...names: string[]): number[] {
    return names.map((name) => {
      this.add(name);
      const [[partition]] = Object.entries(this.storeAll()) as [[string, string]];
      return Number(partition);
    });
  }

  /** Stores what waits. @returns the records by partition, in their order. */
  storeAll(): Record<number, string> {
    const stored: Record<number, string> = {};
    for (const [partition, queue] of this.queues) {
      const batch = queue.take(this.now);
      if (batch === undefined) continue;
      stored[partition] = queue.bytesOf(batch).toString();
      queue.acknowledge(batch);
    }
    return stored;
  }

  async settle(): Promise<void> {
    await turns();
  }

  #metadata(): TopicMetadata {
    const { leaders } = this;
    if (typeof leaders === 'string') return { name: 'orders', errorCode: codeOf(leaders), partitions: [] };
    const partitions = leaders.map((leader) => ({ leader, replicas: 3 }));
    return { name: 'orders', errorCode: 0, partitions };
  }
}
