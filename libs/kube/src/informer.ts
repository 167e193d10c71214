import type { Clock, Logger } from '@event-sinks/runtime';
import type { KubeClient } from './client.ts';
import type { Change } from './informer-cache.ts';
import { InformerLoop } from './informer-loop.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

/** Counters that an {@link Informer} feeds. */
export interface InformerMetrics {
  /** A complete list was taken over. */
  listed(): void;
  /** A list or a watch failed; `gone` is the expected failure after a long pause. */
  failed(reason: 'gone' | 'stalled' | 'forbidden' | 'error'): void;
}

/** What {@link createInformer} takes. */
export interface InformerOptions<T extends KubeObject> {
  readonly client: Pick<KubeClient, 'list' | 'stream'>;
  readonly resource: Resource<T>;
  /** All namespaces when left out. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Objects in one answer to a list; 500 by default. */
  readonly pageSize?: number | undefined;
  /**
   * Milliseconds of silence after which a watch is replaced; 120,000 by default. The API server sends a
   * bookmark about once a minute, but none for a collection that has not changed since it started.
   */
  readonly stallMs?: number | undefined;
  /** The longest wait between two attempts, in milliseconds; 30,000 by default. */
  readonly backoffCapMs?: number | undefined;
  /**
   * Set where the right to read is given out only after the informer has started: a refusal (403) is then expected,
   * logged as such, and tried again after about so many milliseconds, however often it happened.
   */
  readonly retryForbiddenMs?: number | undefined;
  /** Called with true when the API server begins to refuse us (403), and with false when it answers again. */
  readonly onRefusal?: ((isRefused: boolean) => void) | undefined;
  /** What of an object is kept in memory and handed to `onChange`; all of it when left out. `metadata` must stay. */
  readonly reduce?: ((object: T) => T) | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** A number from 0 up to but not including 1. */
  readonly random: () => number;
  /**
   * Called after the cache holds the change. What it throws is logged and stops nothing; a promise is not
   * waited for. Enqueue a key here and return.
   */
  readonly onChange: (change: Change<T>) => unknown;
  readonly metrics?: InformerMetrics | undefined;
}

/** A local copy of a collection that follows the API server for as long as it runs. */
export interface Informer<T extends KubeObject> {
  start(): void;
  /** Resolves when no handler will be called any more. */
  stop(): Promise<void>;
  /** Resolves after the first complete list and its changes; rejects when the informer is stopped before. */
  readonly synced: Promise<void>;
  hasSynced(): boolean;
  get(namespace: string | undefined, name: string): T | undefined;
  /** The same array until something changes; not to be modified, nor are the objects in it. */
  list(): readonly T[];
  /** Seconds since anything came from the API server, bookmarks included: the age to alert on. */
  secondsSinceLastSign(): number;
}

/**
 * Lists, then watches, and goes on doing so until it is stopped.
 *
 * A watch that ends in good order, breaks or falls silent is resumed where it was; an expired resource version
 * (410) makes it list anew at once. Three watches in a row without a single event also end in a list: that
 * compares everything, which mends what a confused server or a restored etcd would otherwise hide for ever.
 */
export function createInformer<T extends KubeObject>(options: InformerOptions<T>): Informer<T> {
  return new InformerLoop(options);
}
