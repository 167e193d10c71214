import type { SinkResource } from '@event-sinks/crds';
import {
  createManyInformers,
  type Change,
  type KubeClient,
  type KubeObject,
  type ManyInformers,
} from '@event-sinks/kube';
import {
  createReconcileLoop,
  type ReconcileContext,
  type ReconcileLoop,
  type ReconcileMetrics,
  type ReconcileResult,
} from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';

/** What a reconcile of one kind consists of. */
export interface SinkLoopOptions {
  readonly client: KubeClient;
  readonly resource: SinkResource;
  /** Where sinks are looked after; everywhere when empty. */
  readonly namespaces: readonly string[];
  /** The sink as it is now in the cache; one that is gone, or being deleted, is never handed in. */
  readonly reconcile: (sink: KubeObject, context: ReconcileContext) => Promise<ReconcileResult>;
  /** The same for a sink that is being deleted and still there; without it such a sink is left alone. */
  readonly finalize?: (sink: KubeObject, context: ReconcileContext) => Promise<ReconcileResult>;
  /** Told of every change besides, also on replicas that do not lead. */
  readonly onChange?: (change: Change<KubeObject>) => void;
  readonly workers: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ReconcileMetrics;
}

/** Watches one kind on every replica, and reconciles it on the one that leads. */
export interface SinkLoop {
  start(): void;
  stop(): Promise<void>;
  hasSynced(): boolean;
  secondsSinceLastSign(): number;
  /** About namespaces whose sinks cannot be seen. */
  warnings(): readonly string[];
  /** Reconciles until the signal aborts; resolves when the last pass has ended. */
  lead(signal: AbortSignal): Promise<void>;
  /** Looks at every sink again: something that they all depend on has changed. */
  wakeAll(): void;
  /** Looks at one sink again. */
  wake(sink: { readonly namespace: string; readonly name: string }): void;
  /** The sinks as last seen. */
  list(): readonly KubeObject[];
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>;
}

/** The watch runs from the start, so that a new leader has its cache already. */
export function createSinkLoop(options: SinkLoopOptions): SinkLoop {
  let loop: ReconcileLoop | undefined;
  const informer: ManyInformers<KubeObject> = createManyInformers<KubeObject>({
    client: options.client,
    resource: options.resource,
    namespaces: options.namespaces,
    logger: options.logger,
    clock: options.clock,
    random: options.random,
    onChange: (change) => {
      if (change.type !== 'deleted') loop?.enqueue(keyOf(change.object));
      options.onChange?.(change);
    },
  });
  const reconcile = async (key: string, context: ReconcileContext): Promise<ReconcileResult> => {
    const [namespace, name = ''] = key.split('/');
    const sink = informer.get(namespace, name);
    if (sink === undefined) return { done: true };
    if (sink.metadata.deletionTimestamp === undefined) return await options.reconcile(sink, context);
    return (await options.finalize?.(sink, context)) ?? { done: true };
  };
  const wakeAll = (): void => {
    for (const sink of informer.list()) loop?.enqueue(keyOf(sink));
  };
  return {
    start: () => {
      informer.start();
    },
    stop: () => informer.stop(),
    hasSynced: () => informer.hasSynced(),
    secondsSinceLastSign: () => informer.secondsSinceLastSign(),
    warnings: () => informer.warnings(),
    wakeAll,
    wake: ({ namespace, name }) => {
      loop?.enqueue(`${namespace}/${name}`);
    },
    list: () => informer.list(),
    synced: informer.synced,
    async lead(signal) {
      const over = aborted(signal);
      // The first list may never come, where the CRDs are missing; the leadership must be able to end all the same.
      await Promise.race([informer.synced, over]);
      if (signal.aborted) return;
      // A loop lives as long as one leadership: what the last one had in line is found again by looking at all.
      const led = createReconcileLoop({ ...options, name: options.resource.singular, reconcile });
      loop = led;
      wakeAll();
      led.start(signal);
      await over;
      loop = undefined;
      await led.stop();
    },
  };
}

/** Resolves when the signal aborts. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      resolve();
    };
    if (signal.aborted) settle();
    else signal.addEventListener('abort', settle, { once: true });
  });
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;
