import { defaultProducerLimits } from '../src/producer/limits.ts';
import { PartitionQueue } from '../src/producer/partition-queue.ts';
import { PendingRecord } from '../src/producer/pending-record.ts';
import { ProduceScheduler } from '../src/producer/produce-scheduler.ts';
import { QueueRoom } from '../src/producer/queue-room.ts';
import { codeOf } from './error-code.ts';
import type { Call } from '../src/protocol/call.ts';
import type { ProduceAnswer } from '../src/protocol/produce.ts';
import type { WireWriter } from '../src/protocol/wire-writer.ts';
import { nameOf, namedRecord } from './model-queue.ts';

/** A produce request that a broker got. */
export class ModelRequest {
  /** Partition and batch, such as `0: 0/3 d,e`. */
  readonly texts: readonly string[];
  readonly fail: (error: Error) => void;
  readonly #partitions: readonly number[];
  readonly #resolve: (answer: ProduceAnswer) => void;

  constructor(
    call: Call<ProduceAnswer>,
    resolve: (answer: ProduceAnswer) => void,
    reject: (error: Error) => void,
  ) {
    const batches = readBatches(call);
    this.#partitions = batches.map(({ partition }) => partition);
    this.texts = batches.map(({ partition, text }) => `${partition}: ${text}`);
    this.#resolve = resolve;
    this.fail = reject;
  }

  /** @param errors by partition. */
  async answer(errors: Record<number, string> = {}, throttleMs = 0): Promise<void> {
    const partitions = this.#partitions.map((partition) => {
      const type = errors[partition];
      return { topic: 'orders', partition, errorCode: codeOf(type) };
    });
    this.#resolve({ partitions, throttleMs });
    await turns();
  }
}

/** The batches as they are written to the wire. */
function readBatches(call: Call<unknown>): { readonly partition: number; readonly text: string }[] {
  const batches: { partition: number; text: string }[] = [];
  let last = 0;
  const writer = {
    string: () => writer,
    int16: () => writer,
    int32: (value: number) => {
      last = value;
      return writer;
    },
    bytes: (value: Buffer) => {
      batches.push({ partition: last, text: value.toString() });
      return writer;
    },
  };
  call.write(writer as unknown as WireWriter);
  return batches;
}

/** One connection to a broker; the test answers. */
export class ModelLink {
  readonly name: string;
  /** In their order, answered or not. */
  readonly requests: ModelRequest[] = [];
  readonly extensions: number[] = [];
  isClosed = false;
  isOpen: boolean;

  constructor(name: string, isOpen: boolean) {
    this.name = name;
    this.isOpen = isOpen;
  }

  isConnected(): boolean {
    return this.isOpen;
  }

  request(call: Call<ProduceAnswer>): Promise<ProduceAnswer> {
    this.isOpen = true;
    return new Promise((resolve, reject) => {
      this.requests.push(new ModelRequest(call, resolve, reject));
    });
  }

  extend(ms: number): void {
    this.extensions.push(ms);
  }

  close(): void {
    this.isClosed = true;
  }

  get last(): ModelRequest | undefined {
    return this.requests.at(-1);
  }
}

/** A scheduler with one queue for each partition, fake connections and a clock that the test moves. */
export class ModelCluster {
  /** In the order in which they were opened. */
  readonly links: ModelLink[] = [];
  /** The leader by partition. */
  readonly leaders: number[];
  readonly scheduler: ProduceScheduler;
  readonly queues: readonly PartitionQueue[];
  readonly results: Record<string, string> = {};
  /** By default, no request in flight keeps another one waiting. */
  readonly limits = { ...defaultProducerLimits, minPipelined: 1 };
  now = 0;
  /** Identities left until a producer id is asked for. */
  identities = Infinity;
  /** Whether connections are open before their first request. */
  areOpen = true;
  onRenewed: () => void = () => undefined;
  readonly #current = new Map<string, ModelLink>();
  #callbacks: (() => void)[] = [];
  #epoch = -1;

  constructor(...leaders: number[]) {
    this.leaders = leaders;
    this.scheduler = new ProduceScheduler({
      soon: queueMicrotask,
      cluster: {
        link: (node, purpose) => this.#link(node, purpose) as never,
        detach: (node, purpose) => {
          this.#current.delete(`${node} ${purpose}`);
          return undefined;
        },
        release: (link) => {
          link.close();
        },
      },
      ids: { has: (count) => count <= this.identities, renew: () => this.#renew() },
      limits: this.limits,
      now: () => this.now,
      leaderOf: ({ options }) => this.leaders[options.partition] ?? -1,
    });
    this.queues = leaders.map((_leader, partition) => this.#makeQueue(partition));
  }

  /** Adds a record to each partition in one turn; it is named after partition and round, such as `2a`. */
  async add(round: string, ...partitions: number[]): Promise<void> {
    for (const partition of partitions) {
      const name = `${partition}${round}`;
      const record = new PendingRecord(namedRecord(name), { since: this.now }, (error) => {
        this.results[name] = error?.code ?? 'acknowledged';
      });
      this.queues[partition]!.add(record);
    }
    await turns();
  }

  /** The newest connection of that name, such as `1 records`. */
  link(name: string): ModelLink {
    const found = this.links.findLast((link) => link.name === name);
    if (found === undefined)
      throw new Error(`no connection ${name}: ${this.links.map((each) => each.name).join()}`);
    return found;
  }

  /** Moves the clock and looks for late requests. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    this.scheduler.look();
    await turns();
  }

  /** Runs the pauses before repetitions. */
  async wake(): Promise<void> {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    for (const callback of callbacks) callback();
    await turns();
  }

  #link(node: number, purpose: string): ModelLink {
    const name = `${node} ${purpose}`;
    const existing = this.#current.get(name);
    if (existing !== undefined) return existing;
    const link = new ModelLink(name, this.areOpen);
    this.links.push(link);
    this.#current.set(name, link);
    return link;
  }

  #renew(): Promise<void> {
    return new Promise((resolve) => {
      this.onRenewed = () => {
        this.identities = Infinity;
        resolve();
      };
    });
  }

  #makeQueue(partition: number): PartitionQueue {
    return new PartitionQueue({
      ...{
        topic: 'orders',
        partition,
        limits: this.limits,
        room: new QueueRoom(this.limits),
      },
      encode: (records, { sequence }) => Buffer.from(`${sequence} ${records.map(nameOf).join()}`),
      nextId: () => ({ producerId: 7n, epoch: (this.#epoch += 1) }),
      onReady: (queue) => {
        this.scheduler.ready(queue);
      },
      refreshLeaders: () => Promise.resolve(),
      onDecided: () => undefined,
      after: (_ms, callback) => this.#callbacks.push(callback),
    });
  }
}

/** Lets what is resolved follow. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
