/**
 * How quickly the acknowledgements of a partition come. A broker answers a request when the slowest of its partitions is
 * done, and takes the next one of that connection only then; so a slow one must not travel with the others.
 */
export type Pace =
  /** Quick; such partitions share their requests. */
  | 'well'
  /** It was in a request that is late, for whose sake is not known: it is sent alone to find out. */
  | 'suspect'
  /** Slow by itself; such partitions share requests among themselves. */
  | 'late';

interface Known {
  readonly pace: Pace;
  /** Not looked at again before this time. */
  readonly until: number;
}

/** How long a slow partition stays with the slow ones before it is sent alone again. */
const lateForMs = 2_000;

/** What is known of the partitions that are not well. */
export class Paces<Partition extends object> {
  readonly #known = new Map<Partition, Known>();

  /** @param now milliseconds on a clock that only goes forward. */
  of(partition: Partition, now: number): Pace {
    const known = this.#known.get(partition);
    if (known === undefined) return 'well';
    return known.pace === 'late' && now >= known.until ? 'suspect' : known.pace;
  }

  isAllWell(): boolean {
    return this.#known.size === 0;
  }

  suspect(partition: Partition): void {
    if (!this.#known.has(partition)) this.#known.set(partition, { pace: 'suspect', until: 0 });
  }

  late(partition: Partition, now: number): void {
    this.#known.set(partition, { pace: 'late', until: now + lateForMs });
  }

  well(partition: Partition): void {
    this.#known.delete(partition);
  }
}
