import type { Resource } from './resource.ts';

const core = (plural: string, namespaced = true): Resource => ({
  group: '',
  version: 'v1',
  plural,
  namespaced,
});

/** `batch/v1` Jobs. */
export const jobs: Resource = { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true };

/** Core `v1` Secrets. */
export const secrets: Resource = core('secrets');

/** Core `v1` ConfigMaps. */
export const configMaps: Resource = core('configmaps');

/** Core `v1` Pods. */
export const pods: Resource = core('pods');

/** Core `v1` Services. */
export const services: Resource = core('services');

/** Core `v1` Namespaces. */
export const namespaces: Resource = core('namespaces', false);

/** `events.k8s.io/v1` Events, the ones that `kubectl describe` shows. */
export const events: Resource = { group: 'events.k8s.io', version: 'v1', plural: 'events', namespaced: true };

/** `discovery.k8s.io/v1` EndpointSlices. */
export const endpointSlices: Resource = {
  group: 'discovery.k8s.io',
  version: 'v1',
  plural: 'endpointslices',
  namespaced: true,
};

/** `rbac.authorization.k8s.io/v1` RoleBindings. */
export const roleBindings: Resource = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  namespaced: true,
};
