export { defaultMountPath, eventFile, eventVolume } from './event-mount.ts';
export { identify, type EventIdentity, type JobIdentity } from './job-name.ts';
export { maxEventFileBytes, planDispatch, type DispatchPlan, type Manifest } from './plan-dispatch.ts';
export { trialJob } from './trial-job.ts';
export { jobOutcome, type JobOutcome } from './job-outcome.ts';
export { maxLocationLength, parseRunLocation, runLocation, type RunAddress } from './location.ts';
export { isSwept, knownMissingMs, sweptAnnotation, unseenStoreMs } from './sweep-pact.ts';
