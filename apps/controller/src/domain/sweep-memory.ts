/**
 * What a sweep remembers of the Jobs it has looked at, by uid: which have their Secret, so that they are not asked
 * about again, and since when another has been known to have none.
 *
 * A Job that the last whole sweep did not meet is forgotten, and beyond the limit none is added. Throwing out the
 * oldest instead would be worth nothing: a sweep goes round, and would find each one thrown out just before.
 */
export class SweepMemory {
  readonly #limit: number;
  #stored = new Set<string>();
  #missing = new Map<string, number>();
  #storedNow = new Set<string>();
  #missingNow = new Map<string, number>();

  /** @param limit of each kind. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether the Job was found to have its Secret before; that keeps it in mind. */
  recallStored(uid: string): boolean {
    const known = this.#stored.has(uid);
    if (known) this.noteStored(uid);
    return known;
  }

  /** The Job has its Secret. */
  noteStored(uid: string): void {
    if (this.#storedNow.size < this.#limit) this.#storedNow.add(uid);
  }

  /** The Job has no Secret at this moment; gives the moment when that was first seen. */
  noteMissing(uid: string, now: number): number {
    const since = this.#missing.get(uid) ?? now;
    if (this.#missingNow.size < this.#limit) this.#missingNow.set(uid, since);
    return since;
  }

  /** A sweep begins. */
  begin(): void {
    this.#storedNow = new Set();
    this.#missingNow = new Map();
  }

  /** The sweep has met every Job there is. One that ends before has nothing to say about the rest. */
  complete(): void {
    this.#stored = this.#storedNow;
    this.#missing = this.#missingNow;
  }
}
