/** An item that is looked at again and again. */
interface Queued<T> {
  readonly item: T;
  /** When it is due, in milliseconds of a monotonic clock. */
  readonly dueAt: number;
  readonly waitMs: number;
}

/** The first wait, which doubles up to the last. */
const firstWaitMs = 250;
const lastWaitMs = 5_000;

/**
 * Tells what is to be looked at next. Namespaces take turns, so that one with thousands of items keeps nobody else waiting,
 * and the longer an item has been looked at in vain, the rarer it is its turn.
 */
export class LookQueue<T> {
  /** By namespace; the one whose turn is next comes first. */
  readonly #namespaces = new Map<string, Map<T, Queued<T>>>();

  get isEmpty(): boolean {
    return this.#namespaces.size === 0;
  }

  /** The item will be due after the first wait. */
  add(namespace: string, item: T, now: number): void {
    const items = this.#namespaces.get(namespace) ?? new Map<T, Queued<T>>();
    this.#namespaces.set(namespace, items);
    items.set(item, { item, waitMs: firstWaitMs, dueAt: now + firstWaitMs });
  }

  remove(namespace: string, item: T): void {
    const items = this.#namespaces.get(namespace);
    if (items?.delete(item) === true && items.size === 0) this.#namespaces.delete(namespace);
  }

  /** An item that is due, or `undefined`. It stays in the queue and will be due after a longer wait. */
  next(now: number): T | undefined {
    for (const [namespace, items] of this.#namespaces) {
      for (const queued of items.values()) {
        if (queued.dueAt > now) continue;
        this.#putLast(namespace, items, { ...queued, ...laterThan(queued, now) });
        return queued.item;
      }
    }
    return undefined;
  }

  #putLast(namespace: string, items: Map<T, Queued<T>>, queued: Queued<T>): void {
    items.delete(queued.item);
    items.set(queued.item, queued);
    this.#namespaces.delete(namespace);
    this.#namespaces.set(namespace, items);
  }
}

function laterThan({ waitMs }: Queued<unknown>, now: number): { waitMs: number; dueAt: number } {
  const next = Math.min(2 * waitMs, lastWaitMs);
  return { waitMs: next, dueAt: now + next };
}
