import { NodeSchedule, type NodeScheduleOptions } from './node-schedule.ts';
import { Paces } from './pace.ts';
import type { PartitionQueue } from './partition-queue.ts';

/** What a {@link ProduceScheduler} works with. */
export interface ProduceSchedulerOptions extends Omit<NodeScheduleOptions, 'node' | 'paces' | 'reroute'> {
  /** Calls back when everything that has arrived by now was read. */
  readonly soon: (callback: () => void) => void;
}

/** Decides which batches travel together, for all brokers of a cluster. */
export class ProduceScheduler {
  readonly #options: ProduceSchedulerOptions;
  readonly #paces = new Paces<PartitionQueue>();
  readonly #nodes = new Map<number, NodeSchedule>();
  readonly #touched = new Set<NodeSchedule>();
  #isScheduled = false;

  constructor(options: ProduceSchedulerOptions) {
    this.#options = options;
  }

  /** The queue has something to send. */
  ready(queue: PartitionQueue): void {
    const node = this.#node(this.#options.leaderOf(queue));
    node.ready(queue);
    this.#touched.add(node);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // What was read in one go is one request; a single record waits for nothing by it.
    this.#options.soon(() => {
      this.#isScheduled = false;
      const touched = [...this.#touched];
      this.#touched.clear();
      for (const each of touched) each.flush();
    });
  }

  /** Whether a partition's acknowledgements come quickly. */
  isWell(queue: PartitionQueue): boolean {
    const pace = this.#paces.of(queue, this.#options.now());
    // A suspect gets one batch at a time, or it would never be known to be well again.
    return pace === 'well' || (pace === 'suspect' && queue.isEmpty());
  }

  /** Milliseconds for which a broker wants nothing. */
  throttleMs(node: number): number {
    return this.#nodes.get(node)?.throttleMs() ?? 0;
  }

  /** The partition is used no more. */
  forget(queue: PartitionQueue): void {
    this.#paces.well(queue);
  }

  /** Looks for requests that are late. */
  look(): void {
    for (const [id, node] of this.#nodes) {
      node.look();
      // Metadata may name other nodes each time.
      if (node.isIdle()) this.#nodes.delete(id);
    }
  }

  #node(node: number): NodeSchedule {
    const existing = this.#nodes.get(node);
    if (existing !== undefined) return existing;
    const made = new NodeSchedule({
      ...{ ...this.#options, node, paces: this.#paces },
      reroute: (queue) => {
        this.ready(queue);
      },
    });
    this.#nodes.set(node, made);
    return made;
  }
}
