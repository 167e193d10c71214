import type { Clock } from '@event-sinks/runtime';
import { grownWait, type WaitBounds } from '../domain/recheck.ts';
import type { TopicView } from '../domain/topic.ts';
import type { Asker } from './topic-watch.ts';

/** What {@link TroubledClusters} take. */
export interface TroubledClustersOptions {
  readonly wait: WaitBounds;
  /** Milliseconds after which a question that was let through counts as lost. */
  readonly lostMs: number;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly wake: (sink: Asker) => void;
}

/** An answer, and when to ask again. */
export interface Heard {
  readonly view: TopicView;
  readonly againInMs: number;
}

interface Troubled {
  view: TopicView;
  /** Nobody asks before. */
  until: number;
  rounds: number;
  /** Who has been told, and waits. */
  readonly sinks: Map<string, Asker>;
}

/**
 * Clusters that refuse the credentials. One question at a time finds out whether that has ended, for all sinks that were
 * refused and less and less often: whoever tries a wrong password every second locks the account. What one sink was told
 * is not held against others that were not refused: what is wrong may have to do with its topic alone.
 */
export class TroubledClusters {
  readonly #options: TroubledClustersOptions;
  readonly #clusters = new Map<string, Troubled>();
  /** The cluster that each sink waits for. */
  readonly #at = new Map<string, string>();

  constructor(options: TroubledClustersOptions) {
    this.#options = options;
  }

  /** What this sink was told last; undefined where it was not refused, or where it is time for it to ask. */
  heard(cluster: string, sink: Asker): Heard | undefined {
    if (this.#at.get(sink.uid) !== cluster) this.leave(sink.uid);
    const troubled = this.#at.has(sink.uid) ? this.#clusters.get(cluster) : undefined;
    if (troubled === undefined) return undefined;
    const now = this.#options.clock.monotonic();
    if (now < troubled.until) return { view: troubled.view, againInMs: troubled.until - now };
    troubled.rounds += 1;
    troubled.until = now + this.#options.lostMs;
    return undefined;
  }

  /** A question to the cluster has failed; the sink waits with all others. */
  note(cluster: string, sink: Asker, view: TopicView): void {
    const { clock, wait } = this.#options;
    const known = this.#clusters.get(cluster);
    const troubled = known ?? { view, until: 0, rounds: 0, sinks: new Map<string, Asker>() };
    this.#clusters.set(cluster, troubled);
    this.#join(cluster, troubled, sink);
    troubled.view = view;
    troubled.until = clock.monotonic() + grownWait(troubled.rounds, wait);
  }

  /** A sink that was refused has got in; all others that wait may ask. */
  over(cluster: string, { uid: asker }: Asker): void {
    const troubled = this.#clusters.get(cluster);
    if (troubled?.sinks.has(asker) !== true) return;
    this.#clusters.delete(cluster);
    for (const [uid, sink] of troubled.sinks) {
      this.#at.delete(uid);
      this.#options.wake(sink);
    }
  }

  /** The sink is gone, or asks another cluster. What nobody waits for is forgotten. */
  leave(uid: string): void {
    const cluster = this.#at.get(uid);
    if (cluster === undefined) return;
    this.#at.delete(uid);
    const troubled = this.#clusters.get(cluster);
    troubled?.sinks.delete(uid);
    if (troubled?.sinks.size === 0) this.#clusters.delete(cluster);
  }

  #join(cluster: string, { sinks }: Troubled, sink: Asker): void {
    if (this.#at.get(sink.uid) !== cluster) this.leave(sink.uid);
    sinks.set(sink.uid, sink);
    this.#at.set(sink.uid, cluster);
  }
}
