export { chooseDriver } from './choose-driver.ts';
export type { Cluster, ClusterDriver } from './driver.ts';
export * from './kafka/index.ts';
export { appImage, appNames, bundleApp, type AppName } from './images/apps.ts';
export { buildApps, bundleApps, imageValues, installChart } from './install/release.ts';
export { systemNamespace } from './install/system-namespace.ts';
export { writeCheckoutFiles } from './install/checkout-files.ts';
export {
  apiServerProcess,
  etcdProcess,
  garbageCollectorProcess,
  issueControlPlaneCertificates,
  writeKubeconfig,
  type ControlPlaneOptions,
} from './local/control-plane.ts';
export { ensureGoTools } from './local/go-tools.ts';
export { localDriver } from './local/local-driver.ts';
export { ProcessKeeper } from './processes.ts';
export { textProgress, type Progress } from './progress.ts';
export { readSettings, type Settings } from './settings.ts';
export { run, tryRun, waitUntil, WaitingIsFutile } from './shell.ts';
export { nextSteps } from './tour/next-steps.ts';
export { giveTour } from './tour/tour.ts';
