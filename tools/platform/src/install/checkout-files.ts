import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Cluster, ClusterDriver } from '../driver.ts';

type DriverName = ClusterDriver['name'];

/** Leaves in `.local` what a person needs to use the cluster: kubeconfig, the broker's address, kubectl and helm. */
export function writeCheckoutFiles(localDir: string, cluster: Cluster, driver: DriverName): void {
  const bin = join(localDir, 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(cluster.kubeconfig, join(localDir, 'kubeconfig'));
  writeFileSync(join(localDir, 'driver'), `${driver}\n`);
  writeFileSync(join(localDir, 'kafka-bootstrap'), `${cluster.kafkaBootstrap}\n`);
  if (cluster.prometheus !== undefined)
    writeFileSync(join(localDir, 'prometheus'), `${cluster.prometheus.url}\n`);
  for (const [name, path] of Object.entries({ kubectl: cluster.kubectl, helm: cluster.helm })) {
    rmSync(join(bin, name), { force: true });
    symlinkSync(path, join(bin, name));
  }
}

/** Takes the files away again when the cluster they speak of is gone. */
export function removeCheckoutFiles(localDir: string): void {
  for (const name of ['driver', 'kubeconfig', 'kafka-bootstrap', 'prometheus', 'bin']) {
    rmSync(join(localDir, name), { recursive: true, force: true });
  }
}

/** The driver of the cluster that this checkout started, so that it is stopped by the same one. */
export function recordedDriver(localDir: string): DriverName | undefined {
  const file = join(localDir, 'driver');
  const name = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  return name === 'kind' || name === 'local' ? name : undefined;
}
