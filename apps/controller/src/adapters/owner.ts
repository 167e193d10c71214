import {
  isForbidden,
  isNotFound,
  type CallOptions,
  type KubeClient,
  type ObjectTarget,
  type OwnerReference,
  type Resource,
} from '@event-sinks/kube';

const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1' };

/** `rbac.authorization.k8s.io/v1` Roles. */
export const roles: Resource = { ...rbac, plural: 'roles', namespaced: true };

/** `rbac.authorization.k8s.io/v1` ClusterRoles. */
export const clusterRoles: Resource = { ...rbac, plural: 'clusterroles', namespaced: false };

/**
 * What to name as an object's owner, so that Kubernetes' garbage collector removes the object after it. Undefined where
 * the owner is not there, or may not be read because rights and code are of two versions, as during an upgrade: the
 * object then stays as it is.
 */
export async function findOwner(
  client: Pick<KubeClient, 'get'>,
  resource: Resource,
  target: ObjectTarget,
  call: CallOptions,
): Promise<OwnerReference | undefined> {
  try {
    const { apiVersion, kind, metadata } = await client.get(resource, target, call);
    const { name, uid = '' } = metadata;
    return { apiVersion, kind, name, uid };
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}
