import { TroubleLog, type LogFields } from '@event-sinks/runtime';
import { Backoff } from './backoff.ts';
import { InformerCache, type Change } from './informer-cache.ts';
import type { Informer, InformerOptions } from './informer.ts';
import { findKubeApiError, isForbidden, isGone } from './kube-api-error.ts';
import { listAll } from './list-all.ts';
import type { KubeObject } from './object.ts';
import type { WatchEvent } from './watch-event.ts';
import { watchOnce, WatchStalledError } from './watch-once.ts';

const defaults = { pageSize: 500, stallMs: 120_000, backoffCapMs: 30_000 };
const backoffBaseMs = 500;
/** A page of 500 large objects takes longer than an ordinary request. */
const listTimeoutMs = 60_000;
/** An ending sooner than this and without an event is a failure, or a broken proxy would make us spin. */
const shortWatchMs = 1_000;
const quietWatchesBeforeList = 3;

/** See `createInformer`. */
export class InformerLoop<T extends KubeObject> implements Informer<T> {
  readonly synced: Promise<void>;
  readonly #options: InformerOptions<T>;
  readonly #cache = new InformerCache<T>();
  readonly #backoff: Backoff;
  readonly #troubles: TroubleLog;
  readonly #stopping = new AbortController();
  readonly #syncedSettle: PromiseWithResolvers<void>;
  #running: Promise<void> | undefined;
  #hasSynced = false;
  #lastSign: number;
  /** Where the next watch starts; undefined asks for a list. */
  #resourceVersion: string | undefined;
  #eventsInWatch = 0;
  #quietWatches = 0;
  /** The last thing that happened was a 410; a second one in a row waits, or two 410s would make us spin. */
  #justGone = false;
  #isRefused = false;

  constructor(options: InformerOptions<T>) {
    this.#options = options;
    const capMs = options.backoffCapMs ?? defaults.backoffCapMs;
    this.#backoff = new Backoff({ baseMs: backoffBaseMs, capMs, random: options.random });
    this.#troubles = new TroubleLog({ clock: options.clock });
    this.#lastSign = options.clock.monotonic();
    this.#syncedSettle = Promise.withResolvers();
    this.synced = this.#syncedSettle.promise;
    // Stopping early is no unhandled rejection for those who never asked.
    this.synced.catch(() => undefined);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the informer was stopped'));
    this.#syncedSettle.reject(new Error('the informer was stopped before its first list'));
    await this.#running;
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#cache.get(namespace, name);
  }

  list(): readonly T[] {
    return this.#cache.list();
  }

  secondsSinceLastSign(): number {
    return (this.#options.clock.monotonic() - this.#lastSign) / 1000;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const delayMs = await this.#turn(signal).catch((error: unknown) => this.#recover(error));
      if (delayMs > 0) await this.#options.clock.sleep(delayMs, signal);
    }
  }

  /** One list if one is due, then one watch; resolves with the wait before the next turn. */
  async #turn(signal: AbortSignal): Promise<number> {
    const from = this.#resourceVersion ?? (await this.#list(signal));
    if (signal.aborted) return 0;
    const startedAt = this.#options.clock.monotonic();
    try {
      await this.#watch(from, signal);
    } finally {
      this.#noteEndOfWatch(startedAt);
    }
    const tooShort = this.#options.clock.monotonic() - startedAt < shortWatchMs && this.#eventsInWatch === 0;
    return tooShort ? this.#backoff.next() : 0;
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, resource, namespace, labelSelector, fieldSelector, logger, metrics } = this.#options;
    const limit = this.#options.pageSize ?? defaults.pageSize;
    const options = { namespace, labelSelector, fieldSelector, limit, signal, timeoutMs: listTimeoutMs };
    const list = await listAll(client, resource, options);
    if (signal.aborted) return list.resourceVersion;
    this.#sign();
    this.#resourceVersion = list.resourceVersion;
    this.#quietWatches = 0;
    const changes = this.#cache.replaceAll(list.items.map((object) => this.#reduced(object)));
    this.#deliver(changes);
    logger.debug('Collection listed', {
      resource: resource.plural,
      objects: list.items.length,
      changes: changes.length,
    });
    metrics?.listed();
    this.#hasSynced = true;
    this.#syncedSettle.resolve();
    return list.resourceVersion;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, clock, resource, namespace, labelSelector, fieldSelector, random } = this.#options;
    this.#eventsInWatch = 0;
    const run = {
      client,
      clock,
      resource,
      namespace,
      query: { labelSelector, fieldSelector },
      resourceVersion,
      // Spread over five minutes, or all watches that began with the same restart would end together.
      timeoutSeconds: Math.floor(300 + random() * 300),
      stallMs: this.#options.stallMs ?? defaults.stallMs,
      onSign: () => {
        this.#sign();
      },
      onEvent: (event: WatchEvent<T>) => {
        this.#take(event, signal);
      },
    };
    await watchOnce(run, signal);
  }

  #take(event: WatchEvent<T>, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#eventsInWatch += 1;
    this.#justGone = false;
    this.#recovered();
    this.#resourceVersion = event.resourceVersion;
    const kept = event.type === 'BOOKMARK' ? event : { ...event, object: this.#reduced(event.object) };
    this.#deliver(this.#cache.apply(kept));
  }

  #reduced(object: T): T {
    return this.#options.reduce?.(object) ?? object;
  }

  #noteEndOfWatch(startedAt: number): void {
    const livedMs = this.#options.clock.monotonic() - startedAt;
    if (livedMs > backoffBaseMs * 20) this.#recovered();
    this.#quietWatches = this.#eventsInWatch > 0 ? 0 : this.#quietWatches + 1;
    if (this.#quietWatches >= quietWatchesBeforeList) this.#resourceVersion = undefined;
  }

  /** Decides where to go on after a failure; resolves with the wait, in milliseconds. */
  #recover(error: unknown): number {
    if (this.#stopping.signal.aborted) return 0;
    if (isForbidden(error)) this.#noteRefusal(true);
    const gone = isGone(error);
    const delayMs = gone && !this.#justGone ? 0 : this.#delayAfter(error);
    if (gone) this.#resourceVersion = undefined;
    this.#justGone = gone;
    this.#report(error, gone, delayMs);
    return delayMs;
  }

  #delayAfter(error: unknown): number {
    const { random, retryForbiddenMs } = this.#options;
    // Spread around the time asked for, or all that wait for a right would ask at once.
    if (this.#isExpected(error)) return Math.floor((retryForbiddenMs ?? 0) * (0.5 + random()));
    const askedMs = (findKubeApiError(error)?.retryAfterSeconds ?? 0) * 1000;
    const capMs = this.#options.backoffCapMs ?? defaults.backoffCapMs;
    return Math.max(this.#backoff.next(), Math.min(askedMs, capMs));
  }

  #isExpected(error: unknown): boolean {
    return this.#options.retryForbiddenMs !== undefined && isForbidden(error);
  }

  #report(error: unknown, gone: boolean, delayMs: number): void {
    const { logger, metrics, resource, namespace, fieldSelector } = this.#options;
    const stalled = error instanceof WatchStalledError;
    metrics?.failed(gone ? 'gone' : stalled ? 'stalled' : isForbidden(error) ? 'forbidden' : 'error');
    const about = { resource: resource.plural, namespace, fieldSelector, delayMs, error };
    const fields = Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
    // Silence and expiry are part of normal life; everything else is worth a look.
    if (gone || stalled || this.#isExpected(error)) logger.debug('Watch ended, going on', fields);
    else this.#warn('List or watch failed, trying again', error, fields);
  }

  /** Once while the same fails again and again, and then rarely; in between it is a detail. */
  #warn(message: string, error: unknown, fields: LogFields): void {
    const { logger } = this.#options;
    const isTold = this.#troubles.trouble('', troubleKind(error), ({ repeated }) => {
      logger.warn(message, { ...fields, ...(repeated !== undefined && { repeated }) });
    });
    if (!isTold) logger.debug(message, fields);
  }

  #recovered(): void {
    this.#backoff.reset();
    this.#troubles.over('');
  }

  #deliver(changes: readonly Change<T>[]): void {
    for (const change of changes) {
      try {
        const result = this.#options.onChange(change);
        if (result instanceof Promise)
          result.catch((error: unknown) => {
            this.#logHandler(change, error);
          });
      } catch (error) {
        this.#logHandler(change, error);
      }
    }
  }

  #logHandler(change: Change<T>, error: unknown): void {
    const { namespace, name } = change.object.metadata;
    this.#options.logger.error('Change handler failed', {
      resource: this.#options.resource.plural,
      namespace,
      name,
      error,
    });
  }

  #sign(): void {
    this.#lastSign = this.#options.clock.monotonic();
    this.#noteRefusal(false);
  }

  #noteRefusal(isRefused: boolean): void {
    if (isRefused === this.#isRefused) return;
    this.#isRefused = isRefused;
    this.#options.onRefusal?.(isRefused);
  }
}

/** What tells one failure from another, without what differs from try to try. */
function troubleKind(error: unknown): string {
  const found = findKubeApiError(error);
  if (found !== undefined) return `${found.status} ${found.reason}`;
  return error instanceof Error ? error.name : 'unknown';
}
