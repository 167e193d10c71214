export {
  defaultMountPath,
  eventFile,
  eventVolume,
  mountsEventFolder,
  variablesInFront,
} from './event-mount.ts';
export { identify, type EventIdentity, type JobIdentity } from './job-name.ts';
export {
  maxEventFileBytes,
  planDispatch,
  type DispatchPlan,
  type Manifest,
  type SecretOwner,
} from './plan-dispatch.ts';
export { eventSecretName, secretNameBytes } from './secret-name.ts';
export { eventDigestOf } from './job-identity.ts';
export { hasStarted } from './job-status.ts';
export { trialJob } from './trial-job.ts';
export { jobOutcome, type JobOutcome } from './job-outcome.ts';
export { maxLocationLength, parseRunLocation, runLocation, type RunAddress } from './location.ts';
export {
  isRefused,
  isStored,
  isSwept,
  knownMissingMs,
  refusedAnnotation,
  storedAnnotation,
  sweptAnnotation,
  unseenStoreMs,
  withdrawMs,
  withdrawnMs,
} from './sweep-pact.ts';
