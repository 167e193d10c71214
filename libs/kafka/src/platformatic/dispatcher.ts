import { BrokerError } from './broker-error.ts';
import { produceCall, type PartitionAnswer } from './calls.ts';
import type { Cluster } from './cluster.ts';
import type { Identities } from './identities.ts';
import type { LaneBatch, PartitionLane } from './partition-lane.ts';

/** What a {@link Dispatcher} works with. */
export interface DispatcherOptions {
  readonly cluster: Cluster;
  readonly identities: Identities;
  readonly leaderOf: (lane: PartitionLane) => number;
  /** How long the leader waits for the in-sync replicas, in milliseconds. */
  readonly timeoutMs: number;
}

interface Consignment {
  readonly lane: PartitionLane;
  readonly batch: LaneBatch;
}

/**
 * Brokers work on the requests of a connection one after another, so what is sent beside a request that is under
 * way would only wait there; here it grows into larger batches.
 */
const maxRequestsPerNode = 1;

/** Far below what a broker takes (`socket.request.max.bytes`, 100 MiB); a request that is begun is one batch over it. */
const maxRequestBytes = 8 * 1_048_576;

/** Sends what the lanes have: one request per leader, with a batch for each of its partitions that has one. */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #ready = new Map<number, Set<PartitionLane>>();
  readonly #underWay = new Map<number, number>();
  #isScheduled = false;

  constructor(options: DispatcherOptions) {
    this.#options = options;
  }

  /** The lane has something to send. */
  ready(lane: PartitionLane): void {
    const node = this.#options.leaderOf(lane);
    const lanes = this.#ready.get(node);
    if (lanes === undefined) this.#ready.set(node, new Set([lane]));
    else lanes.add(lane);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A turn later, so that what becomes ready in one go is one request.
    queueMicrotask(() => {
      this.#isScheduled = false;
      for (const each of this.#ready.keys()) this.#flush(each);
    });
  }

  #flush(node: number): void {
    const underWay = this.#underWay.get(node) ?? 0;
    const lanes = this.#ready.get(node);
    if (lanes === undefined || underWay >= maxRequestsPerNode) return;
    const consignments = load(lanes);
    if (consignments.length === 0) return;
    this.#underWay.set(node, underWay + 1);
    void this.#send(node, consignments).finally(() => {
      this.#underWay.set(node, (this.#underWay.get(node) ?? 1) - 1);
      this.#flush(node);
    });
  }

  /** Never rejects. */
  async #send(node: number, consignments: readonly Consignment[]): Promise<void> {
    const { cluster, identities, timeoutMs } = this.#options;
    try {
      const link = cluster.node(node);
      if (link === undefined) throw new BrokerError('LEADER_NOT_AVAILABLE');
      if (!identities.has(consignments.length)) await identities.renew();
      const batches = consignments.map(({ lane, batch }) => ({
        topic: lane.context.topic,
        partition: lane.context.partition,
        bytes: lane.bytesOf(batch),
      }));
      settle(consignments, await link.request(produceCall(batches, timeoutMs)));
    } catch (error) {
      for (const { lane, batch } of consignments) lane.fail(batch, error);
    }
  }
}

/** Takes what fits into one request; the lanes that have to wait stay in the set. */
function load(lanes: Set<PartitionLane>): Consignment[] {
  const consignments: Consignment[] = [];
  let bytes = 0;
  for (const lane of lanes) {
    if (bytes >= maxRequestBytes) break;
    lanes.delete(lane);
    const batch = lane.take();
    if (batch === undefined) continue;
    consignments.push({ lane, batch });
    for (const parcel of batch.parcels) bytes += parcel.bytes;
  }
  return consignments;
}

function settle(consignments: readonly Consignment[], answers: readonly PartitionAnswer[]): void {
  const byPlace = new Map(answers.map((answer) => [`${answer.topic}/${answer.partition}`, answer]));
  for (const { lane, batch } of consignments) {
    const answer = byPlace.get(`${lane.context.topic}/${lane.context.partition}`);
    if (answer === undefined) lane.fail(batch, new BrokerError('NETWORK_EXCEPTION'));
    else if (answer.error === undefined) lane.acknowledge(batch, answer.baseOffset);
    else lane.fail(batch, answer.error);
  }
}
