import { fairShare, type FairShare } from '@event-sinks/runtime';

/** Counts what each namespace has of a limit, and keeps its share of it. */
export class NamespaceSlots {
  readonly #max: number;
  readonly #share: FairShare;
  readonly #used = new Map<string, number>();
  #total = 0;

  /** `share` is the percentage that one namespace may have while others have none. */
  constructor(max: number, share: number) {
    this.#max = max;
    this.#share = fairShare(share);
  }

  /** Slots that are taken now. */
  get total(): number {
    return this.#total;
  }

  /** Whether the namespace may take one more. */
  hasRoomFor(namespace: string): boolean {
    const free = this.#max - this.#total;
    return free >= 1 && this.#share.allows(this.#used.get(namespace) ?? 0, 1, free);
  }

  /** Takes one, whatever the limit. */
  take(namespace: string): void {
    this.#total += 1;
    this.#used.set(namespace, (this.#used.get(namespace) ?? 0) + 1);
  }

  giveBack(namespace: string): void {
    const left = (this.#used.get(namespace) ?? 0) - 1;
    this.#total -= 1;
    if (left > 0) this.#used.set(namespace, left);
    else this.#used.delete(namespace);
  }
}
