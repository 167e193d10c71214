import {
  findKubeApiError,
  isAlreadyExists,
  isConflict,
  isNotFound,
  roleBindings,
  type KubeClient,
  type KubeObject,
  type OwnerReference,
} from '@event-sinks/kube';
import { clusterRoles, findOwner, roles } from '../adapters/owner.ts';
import { managedByLabel, type BindingSubject, type ReaderBinding } from '../domain/kafka-secret-reader.ts';

/** A RoleBinding as the API server has it. */
export interface RoleBinding extends KubeObject {
  readonly roleRef: ReaderBinding['roleRef'];
  readonly subjects?: readonly BindingSubject[];
}

/** What is bound where, and to whom. */
export interface BindingOptions {
  readonly client: KubeClient;
  /** The role, and the name of the binding in each namespace. */
  readonly role: string;
  /** Where sinks are looked after, each with a Role of that name; everywhere, with one ClusterRole, when empty. */
  readonly namespaces: readonly string[];
  /** The service accounts that may read, all in `systemNamespace`. */
  readonly accounts: readonly string[];
  readonly systemNamespace: string;
}

/** What the binding of every namespace is like. */
export function wantedBinding({
  role,
  namespaces,
  accounts,
  systemNamespace,
}: BindingOptions): Pick<ReaderBinding, 'roleRef' | 'subjects'> {
  const kind = namespaces.length === 0 ? 'ClusterRole' : 'Role';
  return {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role },
    subjects: accounts.map((name) => ({ kind: 'ServiceAccount', name, namespace: systemNamespace })),
  };
}

/** The role that is bound in a namespace; with it the binding goes, also when the controller is gone already. */
export function roleOf(
  { client, role, namespaces }: BindingOptions,
  namespace: string,
  signal: AbortSignal,
): Promise<OwnerReference | undefined> {
  return namespaces.length === 0
    ? findOwner(client, clusterRoles, { name: role }, { signal })
    : findOwner(client, roles, { namespace, name: role }, { signal });
}

/** A new binding; it goes with its role where one is given as its owner. */
export function bindingManifest(
  options: BindingOptions,
  namespace: string,
  owner: OwnerReference | undefined,
): RoleBinding {
  const labels = { [managedByLabel.key]: managedByLabel.value, 'app.kubernetes.io/part-of': 'event-sinks' };
  return {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    metadata: { namespace, name: options.role, labels, ...(owner && { ownerReferences: [owner] }) },
    ...wantedBinding(options),
  };
}

/** What matters of a binding that was found. */
export function readBinding({ roleRef, subjects = [], metadata }: RoleBinding): ReaderBinding {
  const isOurs = metadata.labels?.[managedByLabel.key] === managedByLabel.value;
  return { roleRef, subjects, owner: metadata.ownerReferences?.[0]?.uid, isOurs };
}

/** Creates a binding, unless it or its namespace's end is there first. */
export async function createBinding(
  client: KubeClient,
  binding: RoleBinding,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.create(roleBindings, binding, { signal });
  } catch (error) {
    // There already, or the namespace is gone or on its way.
    if (!isAlreadyExists(error) && !isNotFound(error) && !isTerminating(error)) throw error;
  }
}

/** Names the role as the owner of a binding that is there. */
export async function ownBinding(
  client: KubeClient,
  { metadata }: RoleBinding,
  owner: OwnerReference,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, resourceVersion = '' } = metadata;
  const patch = { metadata: { ownerReferences: [owner] } };
  try {
    await client.patch(roleBindings, { namespace, name, resourceVersion }, patch, { signal });
  } catch (error) {
    // Changed or gone meanwhile, which the watch tells.
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Deletes exactly the binding that was found. */
export async function removeBinding(
  client: KubeClient,
  { metadata }: RoleBinding,
  signal: AbortSignal,
): Promise<void> {
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
