/** One question to a cluster. */
export interface Ask<T> {
  /** Who asks; each asks one question at a time, and a new one takes the place of one that still waits. */
  readonly key: string;
  readonly cluster: string;
  /** Equal for equal questions. */
  readonly digest: string;
  /** Never rejects. */
  readonly work: () => Promise<T>;
  /** Whether an answer also answers everybody else who waits for the same cluster. */
  readonly isForAll: (answer: T) => boolean;
  readonly answered: (answer: T) => void;
}

/** How many may be under way at once. */
export interface AskLimits {
  readonly total: number;
  readonly perCluster: number;
}

interface Cluster<T> {
  running: number;
  /** In the order in which they came. */
  readonly waiting: Map<string, Ask<T>>;
}

/**
 * Lets questions through, a few per cluster and clusters in turn, so that none waits behind those for a cluster that
 * does not answer. It holds at most one question per asker.
 */
export class AskLine<T> {
  readonly #limits: AskLimits;
  readonly #clusters = new Map<string, Cluster<T>>();
  readonly #asks = new Map<string, Ask<T>>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(limits: AskLimits) {
    this.#limits = limits;
  }

  /** Asks, unless the same asker waits for the answer to the same question already. */
  ask(ask: Ask<T>): void {
    if (this.#asks.get(ask.key)?.digest === ask.digest) return;
    this.forget(ask.key);
    this.#asks.set(ask.key, ask);
    this.#cluster(ask.cluster).waiting.set(ask.key, ask);
    this.#next();
  }

  /** Nobody wants to hear the answer any more. */
  forget(key: string): void {
    const ask = this.#asks.get(key);
    if (ask === undefined) return;
    this.#asks.delete(key);
    this.#clusters.get(ask.cluster)?.waiting.delete(key);
  }

  /** Does something else to a cluster, if there is room; it counts like a question. */
  run<R>(cluster: string, work: () => Promise<R>): Promise<R> | undefined {
    const at = this.#cluster(cluster);
    if (!this.#hasRoom(at)) {
      this.#drop(cluster, at);
      return undefined;
    }
    return this.#counted(cluster, at, work());
  }

  /** Resolves when nothing is under way; what waits is forgotten. */
  async idle(): Promise<void> {
    for (const { waiting } of this.#clusters.values()) waiting.clear();
    this.#asks.clear();
    await Promise.allSettled(this.#running);
  }

  #next(): void {
    for (const [name, cluster] of [...this.#clusters]) {
      const [first] = cluster.waiting.values();
      if (first === undefined || !this.#hasRoom(cluster)) continue;
      cluster.waiting.delete(first.key);
      // The next time this cluster is looked at after the others.
      this.#clusters.delete(name);
      this.#clusters.set(name, cluster);
      void this.#counted(name, cluster, this.#answer(first, cluster));
    }
  }

  async #answer(ask: Ask<T>, cluster: Cluster<T>): Promise<void> {
    const answer = await ask.work();
    const others = ask.isForAll(answer) ? [...cluster.waiting.values()] : [];
    for (const each of [ask, ...others]) {
      if (this.#asks.get(each.key) !== each) continue;
      this.forget(each.key);
      each.answered(answer);
    }
  }

  #counted<R>(name: string, cluster: Cluster<T>, work: Promise<R>): Promise<R> {
    cluster.running += 1;
    const ended = work.finally(() => {
      this.#running.delete(ended);
      cluster.running -= 1;
      this.#drop(name, cluster);
      this.#next();
    });
    this.#running.add(ended);
    return ended;
  }

  #hasRoom(cluster: Cluster<T>): boolean {
    return this.#running.size < this.#limits.total && cluster.running < this.#limits.perCluster;
  }

  #cluster(name: string): Cluster<T> {
    const known = this.#clusters.get(name) ?? { running: 0, waiting: new Map<string, Ask<T>>() };
    this.#clusters.set(name, known);
    return known;
  }

  #drop(name: string, cluster: Cluster<T>): void {
    const isIdle = cluster.running === 0 && cluster.waiting.size === 0;
    if (isIdle && this.#clusters.get(name) === cluster) this.#clusters.delete(name);
  }
}
