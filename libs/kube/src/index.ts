export { type ApiCall } from './api-call.ts';
export {
  type CallOptions,
  type DeleteOptions,
  type KubeClient,
  type ListOptions,
  type VersionedTarget,
  type WriteOptions,
} from './client.ts';
export { createInformer, type Informer, type InformerMetrics, type InformerOptions } from './informer.ts';
export { type Change } from './informer-cache.ts';
export { createManyInformers, type ManyInformers, type ManyInformersOptions } from './many-informers.ts';
export {
  findKubeApiError,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isGone,
  isNotFound,
  KubeApiError,
  type KubeApiErrorFields,
  type StatusCause,
  type TransportFailure,
} from './kube-api-error.ts';
export {
  createLeaseElector,
  NotLeaderError,
  type LeaseElector,
  type LeaseElectorOptions,
} from './leader-elector.ts';
export { leases, type Lease, type LeaseSpec } from './lease.ts';
export { listAll, type CompleteList } from './list-all.ts';
export { loadKubeClient, type KubeClientOptions } from './load.ts';
export { objectKey, type KubeList, type KubeObject, type ObjectMeta, type OwnerReference } from './object.ts';
export { resourcePath, type ObjectTarget, type PathParts, type Resource } from './resource.ts';
export {
  configMaps,
  endpointSlices,
  events,
  jobs,
  namespaces,
  pods,
  roleBindings,
  secrets,
  services,
} from './resources.ts';
export { createSecurityGate, type SecurityGate, type SecurityGateOptions } from './security-gate.ts';
export { toSinkError } from './sink-error.ts';
export { type KubeQuery, type KubeRequest, type KubeResponse, type KubeStream } from './transport.ts';
