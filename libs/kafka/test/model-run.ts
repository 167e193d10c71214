import { SinkError } from '@event-sinks/errors';
import type { Batch } from '../src/producer/batch.ts';
import { PartitionQueue } from '../src/producer/partition-queue.ts';
import { PendingRecord } from '../src/producer/pending-record.ts';
import type { ProducerId } from '../src/producer/producer-ids.ts';
import { QueueRoom } from '../src/producer/queue-room.ts';
import { BrokerError } from '../src/protocol/broker-error.ts';
import type { TopicRecord } from '../src/protocol/records.ts';
import { encodeModelBatch, ModelBroker } from './model-broker.ts';
import { ModelChecks, ModelFault, type ModelRecord } from './model-checks.ts';
import { ModelNetwork } from './model-network.ts';
import { seededRandom, type SeededRandom } from './model-random.ts';

const limits = {
  ...{
    maxBatchBytes: 600,
    maxBatchRecords: 6,
    maxInFlight: 5,
    retries: 4,
    retryPauseMs: 10,
    maxRetryPauseMs: 100,
  },
  ...{ deliveryTimeoutMs: 900, maxQueued: 40, maxQueuedBytes: 4_000 },
};

/** A drained queue takes fewer steps than this. */
const maxDrainSteps = 20_000;

/** What a run does, drawn from its seed. */
interface Scenario {
  /** Probability of trouble at each delivery. */
  readonly trouble: number;
  /** Whether several connections may be used at a time. */
  readonly isSpread: boolean;
  readonly forgets: boolean;
  readonly expires: boolean;
  readonly aborts: boolean;
  /** Identities until a new producer id is needed. */
  readonly epochs: number;
}

/** One partition queue against one model broker. The same seed gives the same run. */
export class ModelRun {
  readonly #random: SeededRandom;
  readonly #scenario: Scenario;
  readonly #broker: ModelBroker;
  readonly #checks: ModelChecks;
  readonly #network: ModelNetwork;
  readonly #room = new QueueRoom(limits);
  readonly #queue: PartitionQueue;
  readonly #timers: { readonly at: number; readonly callback: () => void }[] = [];
  readonly #refreshes: (() => void)[] = [];
  /** Taken, and not encoded yet: the scheduler waits for a producer id. */
  readonly #taken: Batch[] = [];
  readonly #aborts: AbortController[] = [];
  readonly #trace: string[] | undefined;
  #time = 0;
  #isSignalled = false;
  #isCalm = false;
  #given = 0;
  #producerId = 1n;
  #epoch = -1;

  /** @param trace collects what happens. */
  constructor(seed: number, trace?: string[]) {
    this.#trace = trace;
    const random = (this.#random = seededRandom(seed));
    this.#scenario = {
      ...{
        trouble: random.pick([0, 0.02, 0.1, 0.3]),
        isSpread: random.chance(0.5),
        forgets: random.chance(0.2),
      },
      ...{ expires: random.chance(0.5), aborts: random.chance(0.3), epochs: random.pick([3, 1_000]) },
    };
    const maxBytes = random.pick([10_000, 10_000, 100, 200, 300]);
    this.#broker = new ModelBroker({
      maxBytes,
      oldDuplicate: random.pick(['DUPLICATE_SEQUENCE_NUMBER', 'OUT_OF_ORDER_SEQUENCE_NUMBER']),
      refusesUnknownIds: random.chance(0.3),
    });
    this.#checks = new ModelChecks(this.#broker, maxBytes);
    const { trouble, forgets, expires, aborts } = this.#scenario;
    this.#checks.isPeaceful = trouble === 0 && !forgets && !expires && !aborts;
    this.#network = new ModelNetwork(this.#broker, random, (line) => {
      this.#note(line);
    });
    this.#queue = this.#makeQueue();
  }

  /** Takes so many steps, then lets everything end. @returns the steps taken. @throws ModelFault. */
  async run(steps: number): Promise<number> {
    for (let step = 0; step < steps; step += 1) await this.#step();
    this.#isCalm = true;
    // Half of the runs end by the time limit, half without it.
    if (!this.#checks.isPeaceful && this.#random.chance(0.5)) this.#expire(this.#time);
    let drained = 0;
    while (!this.#isDone()) {
      drained += 1;
      if (drained > maxDrainSteps) throw new ModelFault('the queue does not drain');
      await this.#step();
    }
    this.#checks.atEnd(this.#room);
    return steps + drained;
  }

  #isDone(): boolean {
    return this.#queue.isEmpty() && this.#taken.length === 0 && this.#network.isIdle();
  }

  async #step(): Promise<void> {
    const actions: (() => unknown)[] = [
      this.#add,
      this.#take,
      this.#take,
      this.#send,
      this.#deliver,
      this.#deliver,
      this.#answer,
    ];
    const rare: (() => unknown)[] = [this.#tick, this.#tick, this.#refreshed, this.#stale, this.#upset];
    const action = this.#random.chance(0.7) ? this.#random.pick(actions) : this.#random.pick(rare);
    if (action.call(this) === true) await settled();
    this.#checks.afterStep(this.#queue);
  }

  #add(): void {
    if (this.#isCalm) return;
    const [random, id] = [this.#random, this.#given];
    const isInvalid = random.chance(0.01);
    const value = Buffer.alloc(random.chance(0.05) ? 60 + random.below(700) : 6 + random.below(40));
    value.writeUInt32BE(id);
    value[4] = isInvalid ? 1 : 0;
    const abort = new AbortController();
    const record: TopicRecord = { topic: 't', key: null, value, headers: [] };
    const options = { since: this.#time, ...(this.#scenario.aborts ? { signal: abort.signal } : {}) };
    const known: ModelRecord = {
      id,
      isInvalid,
      since: this.#time,
      bytes: 0,
      isSettled: false,
      isAborted: false,
    };
    const pending = new PendingRecord(record, options, (error) => {
      this.#note(`record ${id}: ${error?.code ?? 'acknowledged'}`);
      this.#checks.settled(known, error);
    });
    known.bytes = pending.bytes;
    if (!this.#room.hasRoomFor(pending)) return;
    this.#given += 1;
    abort.signal.addEventListener('abort', () => (known.isAborted = true));
    this.#aborts.push(abort);
    this.#checks.added(known);
    this.#note(`add ${id} (${pending.bytes} bytes${isInvalid ? ', invalid' : ''})`);
    this.#queue.add(pending);
  }

  /** As the scheduler does: only a queue that has reported itself is asked for a batch. */
  #take(): void {
    if (!this.#isSignalled) return;
    this.#isSignalled = false;
    const batch = this.#queue.take(this.#time);
    if (batch === undefined) return;
    this.#checks.taken(batch);
    this.#taken.push(batch);
    if (this.#queue.isReady()) this.#isSignalled = true;
  }

  /** A request may wait for a producer id while a later one needs none. */
  #send(): void {
    const at = this.#random.chance(0.05) ? this.#random.below(this.#taken.length) : 0;
    const [batch] = this.#taken.splice(at, 1);
    if (batch === undefined) return;
    if (this.#hasTrouble(0.01)) {
      this.#fail(batch, new BrokerError('LEADER_NOT_AVAILABLE'));
      return;
    }
    try {
      const bytes = this.#queue.bytesOf(batch);
      this.#checks.sent(batch, bytes);
      this.#note(`send ${bytes.toString()}`);
      this.#network.send(batch, bytes, { isSpread: this.#scenario.isSpread && !this.#isCalm });
    } catch (error) {
      if (error instanceof ModelFault) throw error;
      this.#fail(batch, error);
    }
  }

  #deliver(): void {
    const failed = this.#network.deliver(this.#isCalm ? 0 : this.#scenario.trouble);
    for (const batch of failed) this.#fail(batch, connectionClosed());
  }

  #answer(): void {
    const answered = this.#network.answer();
    if (answered === undefined) return;
    const { batch, error } = answered;
    if (error !== undefined) this.#fail(batch, error);
    else {
      this.#note(`acknowledge ${this.#checks.name(batch)}`);
      this.#queue.acknowledge(batch);
    }
  }

  #stale(): void {
    this.#network.deliverStale();
  }

  /** @returns true when callbacks have run. */
  #tick(): boolean {
    this.#time += this.#random.below(30);
    const due = this.#timers.filter(({ at }) => at <= this.#time);
    for (const timer of due) {
      this.#timers.splice(this.#timers.indexOf(timer), 1);
      timer.callback();
    }
    return due.length > 0;
  }

  /** @returns true when the queue was told the new leader. */
  #refreshed(): boolean {
    const resolve = this.#refreshes.shift();
    if (resolve === undefined) return false;
    this.#network.learnLeader();
    resolve();
    return true;
  }

  #upset(): void {
    if (this.#isCalm) return;
    const { expires, aborts, forgets } = this.#scenario;
    const events = [
      ...(expires ? [this.#expireSome] : []),
      ...(aborts ? [this.#abortOne] : []),
      ...(forgets ? [this.#forget] : []),
      ...[this.#upsetNetwork, this.#upsetNetwork],
    ];
    this.#random.pick(events).call(this);
  }

  #upsetNetwork(): void {
    if (!this.#hasTrouble(this.#scenario.trouble)) return;
    if (this.#random.chance(0.5)) this.#network.moveLeader();
    else for (const batch of this.#network.breakOne()) this.#fail(batch, connectionClosed());
  }

  #expireSome(): void {
    this.#expire(this.#time - limits.deliveryTimeoutMs * this.#random.next());
  }

  #abortOne(): void {
    if (this.#aborts.length > 0) this.#random.pick(this.#aborts).abort();
  }

  #forget(): void {
    if (!this.#random.chance(0.1)) return;
    this.#note('the broker forgets its producers');
    this.#broker.forget();
    this.#checks.hasForgotten = true;
  }

  #expire(before: number): void {
    this.#note(`expire ${before}`);
    this.#queue.expire(before, () => new SinkError('KafkaUnavailable'));
    this.#checks.expired(before);
  }

  #fail(batch: Batch, error: unknown): void {
    this.#note(
      `fail ${this.#checks.name(batch)}: ${error instanceof BrokerError ? error.type : String(error)}`,
    );
    this.#checks.failed(batch, error);
    this.#queue.fail(batch, error);
  }

  #makeQueue(): PartitionQueue {
    return new PartitionQueue({
      ...{ topic: 't', partition: 0, limits, room: this.#room },
      encode: (records, identity) =>
        encodeModelBatch({
          ...identity,
          ids: records.map(({ value }) => value!.readUInt32BE()),
          bytes: records.reduce((sum, { value }) => sum + 40 + value!.length, 0),
          isInvalid: records.some(({ value }) => value![4] === 1),
        }),
      nextId: () => this.#nextId(),
      onReady: () => (this.#isSignalled = true),
      refreshLeaders: () => new Promise((resolve) => this.#refreshes.push(resolve)),
      onDecided: ({ batch, error }) => {
        this.#checks.decided(batch, error);
      },
      after: (ms, callback) => this.#timers.push({ at: this.#time + ms, callback }),
    });
  }

  #nextId(): ProducerId {
    if (this.#hasTrouble(0.02)) throw new Error('no producer id');
    this.#epoch += 1;
    if (this.#epoch >= this.#scenario.epochs) {
      this.#epoch = 0;
      this.#producerId += 1n;
    }
    return { producerId: this.#producerId, epoch: this.#epoch };
  }

  #hasTrouble(probability: number): boolean {
    return !this.#isCalm && this.#scenario.trouble > 0 && this.#random.chance(probability);
  }

  #note(line: string): void {
    this.#trace?.push(line);
  }
}

function connectionClosed(): Error {
  return new Error('Connection closed');
}

/** Lets promises that are resolved call back. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}
