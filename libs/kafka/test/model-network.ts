import type { Batch } from '../src/producer/batch.ts';
import { BrokerError } from '../src/protocol/broker-error.ts';
import type { ModelBroker } from './model-broker.ts';
import type { SeededRandom } from './model-random.ts';

interface Request {
  readonly batch: Batch;
  readonly bytes: Buffer;
}

/** What the client learns of a batch. */
export interface ModelAnswer {
  readonly batch: Batch;
  readonly error: BrokerError | undefined;
}

/** Requests and answers keep their order; an answered request was a delivered one. */
interface Connection {
  readonly node: number;
  requests: Request[];
  answers: ModelAnswer[];
}

const nodes = 2;

/** Connections to the nodes that lead the partition in turn; what goes wrong there is drawn at random. */
export class ModelNetwork {
  readonly #broker: ModelBroker;
  readonly #random: SeededRandom;
  readonly #note: (line: string) => void;
  #connections: Connection[] = [];
  /** Requests that a frozen broker still has from connections that were broken. */
  #stale: Connection[] = [];
  #leader = 0;
  #knownLeader = 0;

  constructor(broker: ModelBroker, random: SeededRandom, note: (line: string) => void) {
    this.#broker = broker;
    this.#random = random;
    this.#note = note;
  }

  isIdle(): boolean {
    return this.#connections.every(({ requests, answers }) => requests.length + answers.length === 0);
  }

  send(batch: Batch, bytes: Buffer, { isSpread }: { readonly isSpread: boolean }): void {
    const open = this.#connections.filter(({ node }) => node === this.#knownLeader);
    const isNew = open.length === 0 || (isSpread && open.length < 3 && this.#random.chance(0.3));
    const connection = isNew ? this.#open() : isSpread ? this.#random.pick(open) : open.at(-1)!;
    connection.requests.push({ batch, bytes });
  }

  /** One request reaches its broker, or its connection breaks. @returns the batches that fail with the connection. */
  deliver(trouble: number): Batch[] {
    const busy = this.#connections.filter(({ requests }) => requests.length > 0);
    if (busy.length === 0) return [];
    const connection = this.#random.pick(busy);
    if (this.#random.chance(trouble / 4)) return this.#break(connection);
    const { batch, bytes } = connection.requests.shift()!;
    connection.answers.push({ batch, error: this.#handle(bytes, connection.node, trouble) });
    // The answer is lost.
    return this.#random.chance(trouble / 4) ? this.#break(connection) : [];
  }

  answer(): ModelAnswer | undefined {
    const busy = this.#connections.filter(({ answers }) => answers.length > 0);
    return busy.length === 0 ? undefined : this.#random.pick(busy).answers.shift();
  }

  /** A request from a connection that was broken reaches its broker; nobody waits for the answer. */
  deliverStale(): void {
    if (this.#stale.length === 0) return;
    const connection = this.#random.pick(this.#stale);
    const { bytes } = connection.requests.shift()!;
    if (connection.requests.length === 0) this.#stale = this.#stale.filter((each) => each !== connection);
    const error = connection.node === this.#leader ? this.#broker.append(bytes) : notLeader();
    this.#note(`stale ${bytes.toString()}: ${error?.type ?? 'appended'}`);
  }

  breakOne(): Batch[] {
    return this.#connections.length === 0 ? [] : this.#break(this.#random.pick(this.#connections));
  }

  moveLeader(): void {
    this.#leader = (this.#leader + 1) % nodes;
    this.#note(`leader ${this.#leader}`);
  }

  learnLeader(): void {
    this.#knownLeader = this.#leader;
  }

  #open(): Connection {
    const connection = { node: this.#knownLeader, requests: [], answers: [] };
    this.#connections.push(connection);
    return connection;
  }

  #handle(bytes: Buffer, node: number, trouble: number): BrokerError | undefined {
    if (node !== this.#leader) return notLeader();
    if (!this.#random.chance(trouble)) return this.#append(bytes);
    const before = this.#random.pick([
      'NOT_ENOUGH_REPLICAS',
      'NOT_LEADER_OR_FOLLOWER',
      'KAFKA_STORAGE_ERROR',
    ]);
    if (this.#random.chance(0.4)) return new BrokerError(before);
    const after = ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 'REQUEST_TIMED_OUT', 'NOT_LEADER_OR_FOLLOWER'];
    return this.#append(bytes) ?? new BrokerError(this.#random.pick(after));
  }

  #append(bytes: Buffer): BrokerError | undefined {
    const error = this.#broker.append(bytes);
    this.#note(`broker ${bytes.toString()}: ${error?.type ?? 'appended'}`);
    return error;
  }

  #break(connection: Connection): Batch[] {
    this.#connections = this.#connections.filter((each) => each !== connection);
    const { requests, answers } = connection;
    const lost = [...answers, ...requests].map(({ batch }) => batch);
    // The broker reads none, some or all of what it was sent, now or much later.
    const kept = requests.slice(0, this.#random.below(requests.length + 1));
    this.#note(`break: ${lost.length} batches fail, ${kept.length} requests are stale`);
    if (kept.length > 0) this.#stale.push({ ...connection, requests: kept, answers: [] });
    return lost;
  }
}

function notLeader(): BrokerError {
  return new BrokerError('NOT_LEADER_OR_FOLLOWER');
}
