import {
  createManyInformers,
  findKubeApiError,
  isAlreadyExists,
  isConflict,
  isNotFound,
  roleBindings,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '@event-sinks/kube';
import {
  createReconcileLoop,
  type ReconcileLoop,
  type ReconcileMetrics,
  type ReconcileResult,
} from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';
import { aborted } from '../adapters/sink-loop.ts';
import {
  managedByLabel,
  planBinding,
  wantsSecret,
  type BindingSubject,
  type ReaderBinding,
} from '../domain/kafka-secret-reader.ts';

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
export interface SecretReadersOptions {
  readonly client: KubeClient;
  /** The role, and the name of the binding in each namespace. */
  readonly role: string;
  /** Where sinks are looked after, each with a Role of that name; everywhere, with one ClusterRole, when empty. */
  readonly namespaces: readonly string[];
  /** The service accounts that may read, all in `systemNamespace`. */
  readonly accounts: readonly string[];
  readonly systemNamespace: string;
  /** The KafkaSinks as last seen, and when they were first seen completely. */
  readonly sinks: { list(): readonly KubeObject[]; readonly synced: Promise<void> };
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ReconcileMetrics;
}

interface RoleBinding extends KubeObject {
  readonly roleRef: ReaderBinding['roleRef'];
  readonly subjects?: readonly BindingSubject[];
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
    const plan = planBinding(isWanted, wanted, found && readBinding(found));
    if (plan === 'none') return { done: true };
    options.fence();
    if (plan === 'create') await create(client, manifest(options, namespace), signal);
    else if (found !== undefined) await remove(client, found, signal);
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

function wantedBinding({ role, namespaces, accounts, systemNamespace }: SecretReadersOptions) {
  const kind = namespaces.length === 0 ? 'ClusterRole' : 'Role';
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: accounts.map((name) => ({ kind: 'ServiceAccount', name, namespace: systemNamespace })),
  };
}

function manifest(options: SecretReadersOptions, namespace: string): RoleBinding {
  const labels = { [managedByLabel.key]: managedByLabel.value, 'app.kubernetes.io/part-of': 'event-sinks' };
  return {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    metadata: { namespace, name: options.role, labels },
    ...wantedBinding(options),
  };
}

function readBinding({ roleRef, subjects = [], metadata }: RoleBinding): ReaderBinding {
  return { roleRef, subjects, isOurs: metadata.labels?.[managedByLabel.key] === managedByLabel.value };
}

async function create(client: KubeClient, binding: RoleBinding, signal: AbortSignal): Promise<void> {
  try {
    await client.create(roleBindings, binding, { signal });
  } catch (error) {
    // There already, or the namespace is gone or on its way.
    if (!isAlreadyExists(error) && !isNotFound(error) && !isTerminating(error)) throw error;
  }
}

async function remove(client: KubeClient, { metadata }: RoleBinding, signal: AbortSignal): Promise<void> {
  const { namespace, name, uid } = metadata;
  try {
    await client.delete(roleBindings, { namespace, name }, { uid, signal });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

function isTerminating(error: unknown): boolean {
  return findKubeApiError(error)?.causes.some(({ reason }) => reason === 'NamespaceTerminating') === true;
}
