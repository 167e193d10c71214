import { SinkError } from '@event-sinks/errors';
import { kafkaSinkError } from '../error-mapping.ts';
import type { ProducerLimits } from '../producer-limits.ts';
import { BrokerError, failureKind } from './broker-error.ts';
import type { TopicAnswer } from './calls.ts';
import { javaPartition } from './java-partition.ts';
import { failAll, type Parcel } from './parcel.ts';
import type { PartitionLane } from './partition-lane.ts';

/** What a {@link TopicLanes} works with. */
export interface TopicLanesOptions {
  readonly limits: ProducerLimits;
  readonly describe: () => Promise<TopicAnswer>;
  readonly openLane: (partition: number) => PartitionLane;
  /** Milliseconds on a clock that only goes forward. */
  readonly now: () => number;
}

/** Older than this, a topic's partitions and leaders are asked for again; partitions added are then used. */
const maxAgeMs = 60_000;

/** One topic: who leads its partitions, and what waits for each of them. */
export class TopicLanes {
  readonly #options: TopicLanesOptions;
  readonly #lanes: PartitionLane[] = [];
  /** Records that came while the partitions were not known. */
  #unplaced: Parcel[] = [];
  #leaders: readonly number[] | undefined;
  #isDoubtful = false;
  #asked = -Infinity;
  #asking: Promise<void> | undefined;
  #keyless = 0;
  #used: number;

  constructor(options: TopicLanesOptions) {
    this.#options = options;
    this.#used = options.now();
  }

  add(parcels: readonly Parcel[]): void {
    this.#used = this.#options.now();
    const isFirst = this.#unplaced.length === 0;
    // While earlier records wait for an answer, later ones wait behind them, or keys would lose their order.
    if (isFirst && this.#leaders !== undefined && !this.#isDoubtful) {
      this.#place(parcels, this.#leaders);
      if (this.#used - this.#asked > maxAgeMs) void this.refresh();
      return;
    }
    for (const parcel of parcels) this.#unplaced.push(parcel);
    if (isFirst) void this.#learn(0);
  }

  /** The node that leads the partition; -1 while none does. */
  leaderOf(partition: number): number {
    return this.#leaders?.[partition] ?? -1;
  }

  isIdleSince(time: number): boolean {
    return this.#used < time && this.#unplaced.length === 0 && this.#lanes.every((lane) => lane.isEmpty());
  }

  /** What is known may be out of date: the next records wait until the brokers were asked. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** Asks for the leaders again; what fails leaves the old ones. */
  async refresh(): Promise<void> {
    this.#asking ??= this.#ask()
      .then(() => undefined)
      .catch(() => undefined)
      .finally(() => {
        this.#asking = undefined;
      });
    await this.#asking;
  }

  async #ask(): Promise<readonly number[]> {
    this.#asked = this.#options.now();
    const { error, leaders } = await this.#options.describe();
    if (error !== undefined) throw error;
    if (leaders.length === 0) throw new BrokerError('LEADER_NOT_AVAILABLE');
    this.#leaders = leaders;
    this.#isDoubtful = false;
    return leaders;
  }

  /** Asks until the brokers know the topic; a new one is not known everywhere at once. Never rejects. */
  async #learn(failures: number): Promise<void> {
    const { limits } = this.#options;
    try {
      const leaders = await this.#ask();
      this.#place(this.#takeUnplaced(), leaders);
    } catch (error) {
      if (failureKind(error) === 'passing' && failures < limits.retries && this.#isAwaited()) {
        const pause = Math.min(limits.retryPauseMs * 2 ** failures, limits.maxRetryPauseMs);
        setTimeout(() => void this.#learn(failures + 1), pause);
      } else {
        failAll(this.#takeUnplaced(), kafkaSinkError(error));
      }
    }
  }

  #isAwaited(): boolean {
    return this.#unplaced.some((parcel) => !parcel.isSettled());
  }

  #takeUnplaced(): Parcel[] {
    const parcels = this.#unplaced;
    this.#unplaced = [];
    return parcels;
  }

  #place(parcels: readonly Parcel[], leaders: readonly number[]): void {
    const byPartition = new Map<number, Parcel[]>();
    const forKeyless = this.#nextKeyless(leaders);
    for (const parcel of parcels) {
      const { key } = parcel.record;
      const partition = key === null ? forKeyless : javaPartition(key, leaders.length);
      const group = byPartition.get(partition);
      if (group === undefined) byPartition.set(partition, [parcel]);
      else group.push(parcel);
    }
    for (const [partition, group] of byPartition) this.#lane(partition).add(group);
  }

  /** Records without key have no order to keep; those of one send go to one partition, the next ones elsewhere. */
  #nextKeyless(leaders: readonly number[]): number {
    for (let step = 1; step <= leaders.length; step += 1) {
      const partition = (this.#keyless + step) % leaders.length;
      if ((leaders[partition] ?? -1) >= 0) {
        this.#keyless = partition;
        return partition;
      }
    }
    return 0;
  }

  #lane(partition: number): PartitionLane {
    return (this.#lanes[partition] ??= this.#options.openLane(partition));
  }
}

/** For records that met a closed producer. */
export const closedError = (): SinkError =>
  new SinkError('KafkaUnavailable', { detail: 'the producer is closed' });
