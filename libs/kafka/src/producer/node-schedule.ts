import type { Cluster } from '../network/cluster.ts';
import { BrokerError, brokerError } from '../protocol/broker-error.ts';
import { produceCall, type ProduceAnswer } from '../protocol/produce.ts';
import type { ProducerLimits } from './limits.ts';
import type { Paces } from './pace.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { ProduceLane, type Consignment, type ProduceRequest } from './produce-lane.ts';
import type { ProducerIds } from './producer-ids.ts';

/** What a {@link NodeSchedule} works with. */
export interface NodeScheduleOptions {
  /** The node that leads the partitions; -1 for those that nobody leads. */
  readonly node: number;
  readonly cluster: Pick<Cluster, 'link' | 'detach' | 'release'>;
  readonly ids: Pick<ProducerIds, 'has' | 'renew'>;
  readonly paces: Paces<PartitionQueue>;
  readonly leaderOf: (queue: PartitionQueue) => number;
  /** For a queue whose leader has moved to another node meanwhile. */
  readonly reroute: (queue: PartitionQueue) => void;
  readonly limits: Pick<ProducerLimits, 'brokerTimeoutMs' | 'maxInFlight' | 'minPipelined' | 'lateMs'>;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

/** Far below what a broker takes (`socket.request.max.bytes`, 100 MiB); a request that is begun is one batch over it. */
const maxRequestBytes = 8 * 1_048_576;

/** Partitions that are sent alone at the same time, each on a connection of its own. */
const maxProbes = 4;

/** Connections whose place was taken and that still wait for an answer. */
const maxDetached = 4;

/** A broker cannot keep a client silent for longer. */
const maxThrottleMs = 60_000;

/**
 * What goes to one broker. Partitions that are well travel together, up to five requests in flight on one connection. When
 * one of those is late, its connection is left to it, and each of its partitions is sent alone until it is known which of
 * them is slow; the slow ones then have a connection for themselves.
 */
export class NodeSchedule {
  readonly #options: NodeScheduleOptions;
  readonly #ready = new Set<PartitionQueue>();
  readonly #lanes = new Map<string, ProduceLane>();
  readonly #detached = new Set<ProduceLane>();
  #throttledUntil = -Infinity;
  /** Records that have become ready since a request was last sent, more or less. */
  #gathered = 0;

  constructor(options: NodeScheduleOptions) {
    this.#options = options;
  }

  /** The queue has something to send. */
  ready(queue: PartitionQueue): void {
    this.#ready.add(queue);
    this.#gathered += 1;
  }

  /** Whether there is nothing to remember of the node. */
  isIdle(): boolean {
    if (this.#ready.size > 0 || this.#detached.size > 0 || this.throttleMs() > 0) return false;
    for (const { requests } of this.#lanes.values()) if (requests.size > 0) return false;
    return true;
  }

  /** Milliseconds for which the broker wants nothing. */
  throttleMs(): number {
    return Math.max(0, this.#throttledUntil - this.#options.now());
  }

  /** Sends what may be sent now. */
  flush(): void {
    const { paces, now } = this.#options;
    // The usual case under load, so that nothing is sorted in vain.
    if (this.#ready.size === 0 || (paces.isAllWell() && !this.#mayTake(this.#lane('records')))) return;
    if (this.throttleMs() > 0) return;
    const at = now();
    const groups = {
      well: new Array<PartitionQueue>(),
      suspect: new Array<PartitionQueue>(),
      late: new Array<PartitionQueue>(),
    };
    for (const queue of this.#ready) groups[paces.of(queue, at)].push(queue);
    this.#fill(this.#lane('records'), groups.well);
    this.#fill(this.#lane('late-records'), groups.late);
    const probes = Array.from({ length: maxProbes }, (_, probe) => this.#lane(`probe-${probe}`));
    const inFlight = probes.flatMap(({ requests }) =>
      [...requests].flatMap(({ consignments }) => consignments),
    );
    const probed = new Set(inFlight.map(({ queue }) => queue));
    const suspects = groups.suspect.filter((queue) => !probed.has(queue));
    for (const lane of probes)
      if (lane.requests.size === 0) this.#dispatch(lane, this.#load(suspects.splice(0, 1)));
  }

  /** Looks for requests that are late. To be called every now and then. */
  look(): void {
    if (this.throttleMs() > 0) return;
    const { lateMs, now, paces } = { ...this.#options, ...this.#options.limits };
    for (const lane of [...this.#lanes.values()]) {
      const late = lane.newlyLate(now(), lateMs);
      if (late.length === 0) continue;
      const queues = late.flatMap(({ consignments }) => consignments.map(({ queue }) => queue));
      if (lane.purpose === 'records') {
        for (const queue of queues) paces.suspect(queue);
        this.#detach(lane);
      } else for (const queue of queues) paces.late(queue, now());
    }
    this.flush();
  }

  #lane(purpose: string): ProduceLane {
    const existing = this.#lanes.get(purpose);
    if (existing !== undefined) return existing;
    const lane = new ProduceLane(purpose);
    this.#lanes.set(purpose, lane);
    return lane;
  }

  #fill(lane: ProduceLane, queues: PartitionQueue[]): void {
    while (queues.length > 0 && this.#mayTake(lane)) this.#dispatch(lane, this.#load(queues));
  }

  /** A further request in flight is worth its cost when enough has gathered for it; the first one waits for nothing. */
  #mayTake({ requests }: ProduceLane): boolean {
    const { maxInFlight, minPipelined } = this.#options.limits;
    return requests.size === 0 || (requests.size < maxInFlight && this.#gathered >= minPipelined);
  }

  /** Takes what fits into one request; the queues that have to wait stay. */
  #load(queues: PartitionQueue[]): Consignment[] {
    const consignments: Consignment[] = [];
    let bytes = 0;
    while (bytes < maxRequestBytes) {
      const queue = queues.shift();
      if (queue === undefined) break;
      this.#ready.delete(queue);
      if (this.#options.leaderOf(queue) !== this.#options.node) {
        this.#options.reroute(queue);
        continue;
      }
      const batch = queue.take(this.#options.now());
      if (batch === undefined) continue;
      consignments.push({ queue, batch });
      for (const record of batch.records) bytes += record.bytes;
      // It may have more, for the next request.
      if (queue.isReady()) this.#ready.add(queue);
    }
    return consignments;
  }

  #dispatch(lane: ProduceLane, consignments: readonly Consignment[]): void {
    if (consignments.length === 0) return;
    const request: ProduceRequest = { consignments, startedAt: undefined, isSent: false, isLate: false };
    lane.requests.add(request);
    this.#gathered = 0;
    void this.#send(lane, request).finally(() => {
      lane.requests.delete(request);
      if (lane.isDetached && lane.requests.size === 0) {
        if (lane.link !== undefined) this.#options.cluster.release(lane.link);
        this.#detached.delete(lane);
      }
      this.flush();
    });
  }

  /** Never rejects. */
  async #send(lane: ProduceLane, request: ProduceRequest): Promise<void> {
    const { consignments } = request;
    try {
      const { ids, limits, now } = this.#options;
      const link = (lane.link = lane.isDetached ? lane.link : this.#link(lane));
      if (link === undefined) throw new BrokerError('LEADER_NOT_AVAILABLE');
      if (!ids.has(consignments.length)) await ids.renew();
      const batches = consignments.map(({ queue, batch }) => ({
        topic: queue.options.topic,
        partition: queue.options.partition,
        bytes: queue.bytesOf(batch),
      }));
      request.isSent = true;
      if (link.isConnected()) request.startedAt = now();
      const answer = await link.request(produceCall(batches, limits.brokerTimeoutMs));
      this.#notePace(lane, request);
      this.#throttle(answer.throttleMs);
      settle(consignments, answer);
    } catch (error) {
      for (const { queue, batch } of consignments) queue.fail(batch, error);
    }
  }

  #link({ purpose }: ProduceLane) {
    const { cluster, node } = this.#options;
    return node < 0 ? undefined : cluster.link(node, purpose);
  }

  #notePace(lane: ProduceLane, { consignments, startedAt, isLate }: ProduceRequest): void {
    if (lane.purpose === 'records') return;
    const { paces, now, limits } = this.#options;
    // A connection that was opened since the last look has answered quickly.
    const isQuick = !isLate && (startedAt === undefined || now() - startedAt < limits.lateMs);
    for (const { queue } of consignments) {
      if (isQuick) paces.well(queue);
      else paces.late(queue, now());
    }
  }

  /** KIP-219: the broker has answered at once, and reads nothing more for so long. */
  #throttle(throttleMs: number): void {
    if (throttleMs === 0) return;
    const ms = Math.min(throttleMs, maxThrottleMs);
    this.#throttledUntil = Math.max(this.#throttledUntil, this.#options.now() + ms);
    for (const lane of [...this.#lanes.values(), ...this.#detached]) lane.extend(ms);
    // What waits for it has a timer of its own, that of its delivery.
    setTimeout(() => {
      this.flush();
    }, ms + 1).unref();
  }

  /** Another connection takes the lane's place; what is in flight on it stays there. */
  #detach(lane: ProduceLane): void {
    if (this.#detached.size >= maxDetached) return;
    this.#options.cluster.detach(this.#options.node, lane.purpose);
    lane.isDetached = true;
    this.#lanes.delete(lane.purpose);
    this.#detached.add(lane);
  }
}

function settle(consignments: readonly Consignment[], { partitions }: ProduceAnswer): void {
  const byPlace = new Map(partitions.map((each) => [`${each.partition}/${each.topic}`, each]));
  for (const { queue, batch } of consignments) {
    const { topic, partition } = queue.options;
    const answer = byPlace.get(`${partition}/${topic}`);
    const error = answer === undefined ? new BrokerError('NETWORK_EXCEPTION') : brokerError(answer.errorCode);
    if (error === undefined) queue.acknowledge(batch);
    else queue.fail(batch, error);
  }
}
