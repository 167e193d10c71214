import { SinkError } from '@event-sinks/errors';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { Destination, Serving, SinkRoute } from '../domain/sink-route.ts';
import { LeaseHandover } from './lease-handover.ts';
import type { ProducerLease, ProducerPool } from './producer-pool.ts';
import type { DirectoryEntry, ServedKafkaSink, SinkDirectory } from './sink-directory.ts';

/** What {@link SinkEntries} works with. */
export interface SinkEntriesOptions {
  readonly directory: SinkDirectory;
  readonly pool: ProducerPool;
  readonly logger: Logger;
  readonly clock: Clock;
  /** How long the credentials before a change may still be used while the brokers refuse the new ones; 0 for never. */
  readonly overlapMs: number;
}

/** Fills the directory. What is new is in its place before what it replaces is let go. */
export class SinkEntries {
  readonly #options: SinkEntriesOptions;
  readonly #closing = new Set<Promise<void>>();

  constructor(options: SinkEntriesOptions) {
    this.#options = options;
  }

  /** The sink is served, or refused, like this from now on. */
  put(key: string, route: SinkRoute, serving: Serving): void {
    const { directory } = this.#options;
    const before = directory.get(key);
    const after = this.#entry(route, serving, before);
    directory.set(key, after.entry);
    if (!after.hasInherited) this.#letGoEntry(before);
  }

  /** The sink cannot be read. */
  refuse(key: string, refusal: SinkError): void {
    const { directory } = this.#options;
    const before = directory.get(key);
    directory.set(key, { refusal });
    this.#letGoEntry(before);
  }

  /** The sink is gone. */
  remove(key: string): void {
    const { directory } = this.#options;
    const before = directory.get(key);
    directory.delete(key);
    this.#letGoEntry(before);
  }

  /** Lets every lease go; resolves when all producers are closed. */
  async close(): Promise<void> {
    for (const entry of this.#options.directory.entries()) this.#letGoEntry(entry);
    while (this.#closing.size > 0) await Promise.all(this.#closing);
  }

  #entry(
    route: SinkRoute,
    serving: Serving,
    before: DirectoryEntry | undefined,
  ): { entry: DirectoryEntry; hasInherited: boolean } {
    if ('refuse' in serving) {
      const refusal = new SinkError(serving.refuse, { detail: serving.detail });
      return { entry: { refusal }, hasInherited: false };
    }
    const destination = serving.serve;
    const served = before !== undefined && 'lease' in before ? before : undefined;
    const { namespace } = route;
    // A sink that has a producer takes the place of it, which is closed a moment later.
    const next = this.#options.pool.acquire(destination, { namespace, replaces: served?.lease });
    const hasInherited = this.#canInherit(served, destination);
    const lease = hasInherited ? this.#handOver(next, served) : next;
    return { entry: { ...route, destination, lease }, hasInherited };
  }

  /** Only where nothing but the credentials changed: events must never go to brokers that the sink has left. */
  #canInherit(served: ServedKafkaSink | undefined, next: Destination): served is ServedKafkaSink {
    if (served?.lease.isOpen() !== true || this.#options.overlapMs === 0) return false;
    const { clusterKey, producerKey } = served.destination;
    return clusterKey === next.clusterKey && producerKey !== next.producerKey;
  }

  #handOver(next: ProducerLease, { lease }: ServedKafkaSink): ProducerLease {
    const { clock, overlapMs } = this.#options;
    const previous = lease instanceof LeaseHandover ? lease.inherit() : lease;
    const letGo = (each: ProducerLease): void => {
      this.#letGo(each);
    };
    return new LeaseHandover({ next, previous, overlapMs, clock, letGo });
  }

  #letGoEntry(entry: DirectoryEntry | undefined): void {
    if (entry !== undefined && 'lease' in entry) this.#letGo(entry.lease);
  }

  #letGo(lease: ProducerLease): void {
    const release = lease.release().catch((error: unknown) => {
      this.#options.logger.warn('A producer could not be closed in good order', { error });
    });
    this.#closing.add(release);
    void release.finally(() => this.#closing.delete(release));
  }
}
