import { createManyInformers, roleBindings, type KubeObject, type Resource } from '@event-sinks/kube';
import {
  createReconcileLoop,
  type ReconcileLoop,
  type ReconcileMetrics,
  type ReconcileResult,
} from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';
import { aborted } from '../adapters/sink-loop.ts';
import { planBinding, wantsSecret } from '../domain/kafka-secret-reader.ts';
import {
  bindingManifest,
  createBinding,
  ownBinding,
  readBinding,
  removeBinding,
  roleOf,
  wantedBinding,
  type BindingOptions,
  type RoleBinding,
} from './secret-reader-binding.ts';

/** Lets this system read Secrets in exactly the namespaces that have a sink with credentials. */
export interface SecretReaders {
  start(): void;
  stop(): Promise<void>;
  hasSynced(): boolean;
  /** Keeps the bindings until the signal aborts. */
  lead(signal: AbortSignal): Promise<void>;
  /** Sinks of a namespace came, changed or went. */
  wake(namespace: string): void;
}

/** What {@link SecretReaders} work with. */
export interface SecretReadersOptions extends BindingOptions {
  /** The KafkaSinks as last seen, and when they were first seen completely. */
  readonly sinks: { list(): readonly KubeObject[]; readonly synced: Promise<void> };
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ReconcileMetrics;
}

const workers = 2;

/**
 * One entry in line per namespace. The bindings are watched by their name: RBAC lets a list be limited to a name when the
 * list asks for it by field selector.
 */
export function createSecretReaders(options: SecretReadersOptions): SecretReaders {
  const { client, role, namespaces, sinks, logger, clock, random } = options;
  let loop: ReconcileLoop | undefined;
  const wake = (namespace: string): void => loop?.enqueue(namespace);
  const informer = createManyInformers<RoleBinding>({
    ...{ client, namespaces, logger, clock, random },
    resource: roleBindings as Resource<RoleBinding>,
    fieldSelector: `metadata.name=${role}`,
    onChange: ({ object }) => {
      wake(object.metadata.namespace ?? '');
    },
  });
  const wanted = wantedBinding(options);
  const reconcile = async (namespace: string, signal: AbortSignal): Promise<ReconcileResult> => {
    const found = informer.get(namespace, role);
    const isWanted = sinks.list().some((sink) => sink.metadata.namespace === namespace && wantsSecret(sink));
    const owner = isWanted ? await roleOf(options, namespace, signal) : undefined;
    const plan = planBinding(isWanted, { ...wanted, owner: owner?.uid }, found && readBinding(found));
    if (plan === 'none') return { done: true };
    options.fence();
    if (plan === 'create') await createBinding(client, bindingManifest(options, namespace, owner), signal);
    else if (plan === 'own' && found !== undefined && owner !== undefined)
      await ownBinding(client, found, owner, signal);
    else if (found !== undefined) await removeBinding(client, found, signal);
    // What was done is seen by the watch, which wakes the namespace again.
    return { done: true };
  };
  return {
    start: () => {
      informer.start();
    },
    stop: () => informer.stop(),
    hasSynced: () => informer.hasSynced(),
    wake,
    async lead(signal) {
      const over = aborted(signal);
      await Promise.race([Promise.all([informer.synced, sinks.synced]), over]);
      if (signal.aborted) return;
      const led = createReconcileLoop({
        ...{ ...options, name: 'secret-reader', workers },
        reconcile: (namespace, context) => reconcile(namespace, context.signal),
      });
      loop = led;
      for (const { metadata } of [...sinks.list(), ...informer.list()]) wake(metadata.namespace ?? '');
      led.start(signal);
      await over;
      loop = undefined;
      await led.stop();
    },
  };
}
