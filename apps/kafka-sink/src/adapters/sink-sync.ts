import { kafkaSinkResource, parseKafkaSink } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import { createInformer, type Change, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import { routeOf, type SinkRoute } from '../domain/sink-route.ts';
import type { ProducerPool } from './producer-pool.ts';
import type { DirectoryEntry, SinkDirectory } from './sink-directory.ts';

/** Keeps the directory in step with the KafkaSinks of the cluster. */
export interface SinkSync {
  start(): void;
  /** Resolves when every producer is closed. */
  stop(): Promise<void>;
  hasSynced(): boolean;
  secondsSinceLastSign(): number;
}

/** What a {@link SinkSync} works with. */
export interface SinkSyncOptions {
  readonly client: KubeClient;
  readonly directory: SinkDirectory;
  readonly pool: ProducerPool;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The sink is gone for good, and so is what was kept for it. */
  readonly onDeleted: (sink: { readonly namespace: string; readonly name: string }) => void;
}

/** Follows the KafkaSinks of all namespaces. A new route is in place before the old one's producer is let go. */
export function createSinkSync(options: SinkSyncOptions): SinkSync {
  const { directory, logger } = options;
  const closing = new Set<Promise<void>>();
  const letGo = (entry: DirectoryEntry | undefined): void => {
    if (entry === undefined || !('lease' in entry)) return;
    const release = entry.lease.release().catch((error: unknown) => {
      logger.warn('A producer could not be closed in good order', {
        namespace: entry.namespace,
        name: entry.name,
        error,
      });
    });
    closing.add(release);
    void release.finally(() => closing.delete(release));
  };
  const informer = createInformer<KubeObject>({
    client: options.client,
    resource: kafkaSinkResource,
    logger,
    clock: options.clock,
    random: options.random,
    onChange: (change) => {
      const { namespace = '', name } = change.object.metadata;
      const key = `${namespace}/${name}`;
      const before = directory.get(key);
      const after = entryFor(change, options);
      if (after === undefined) directory.delete(key);
      else directory.set(key, after);
      letGo(before);
      if (change.type === 'deleted') options.onDeleted({ namespace, name });
    },
  });
  return {
    start: () => {
      informer.start();
    },
    hasSynced: () => informer.hasSynced(),
    secondsSinceLastSign: () => informer.secondsSinceLastSign(),
    async stop() {
      await informer.stop();
      for (const entry of directory.entries()) letGo(entry);
      await Promise.all(closing);
    },
  };
}

function entryFor(
  { type, object }: Change<KubeObject>,
  { pool, logger }: SinkSyncOptions,
): DirectoryEntry | undefined {
  if (type === 'deleted') return undefined;
  const parsed = parseKafkaSink(object);
  if (!parsed.ok) {
    const { namespace, name } = object.metadata;
    logger.warn('A KafkaSink cannot be read', { namespace, name, problems: parsed.problems });
    return { refusal: new SinkError('KafkaUnavailable', { detail: parsed.problems.join('; ') }) };
  }
  return serve(routeOf(parsed.value), pool);
}

function serve(route: SinkRoute, pool: ProducerPool): DirectoryEntry {
  switch (route.state) {
    case 'served':
      return { ...route, lease: pool.acquire(route) };
    case 'terminating':
      return { refusal: new SinkError('SinkTerminating') };
    case 'auth-not-supported':
      return {
        refusal: new SinkError('CredentialsRefused', {
          detail: 'spec.auth is not supported by this version',
        }),
      };
  }
}
