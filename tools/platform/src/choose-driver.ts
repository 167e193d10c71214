import type { ClusterDriver } from './driver.ts';
import { containerEngine } from './kind/engine.ts';
import { kindDriver } from './kind/kind-driver.ts';
import { localDriver } from './local/local-driver.ts';
import { recordedDriver } from './install/checkout-files.ts';
import type { Progress } from './progress.ts';
import type { Settings } from './settings.ts';

/**
 * The driver that was asked for by name, else that of this checkout's running cluster, else kind where a container
 * engine answers, else the local one.
 */
export async function chooseDriver(settings: Settings, progress: Progress): Promise<ClusterDriver> {
  const name =
    settings.driver ??
    recordedDriver(settings.localDir) ??
    ((await containerEngine()) === undefined ? 'local' : 'kind');
  return name === 'kind' ? kindDriver(settings, progress) : localDriver(settings, progress);
}
