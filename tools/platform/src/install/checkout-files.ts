import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../driver.ts';

/** Leaves in `.local` what a person needs to use the cluster: kubeconfig, the broker's address, kubectl and helm. */
export function writeCheckoutFiles(localDir: string, cluster: Cluster): void {
  const bin = join(localDir, 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(cluster.kubeconfig, join(localDir, 'kubeconfig'));
  writeFileSync(join(localDir, 'kafka-bootstrap'), `${cluster.kafkaBootstrap}\n`);
  for (const [name, path] of Object.entries({ kubectl: cluster.kubectl, helm: cluster.helm })) {
    rmSync(join(bin, name), { force: true });
    symlinkSync(path, join(bin, name));
  }
}

/** Takes the files away again when the cluster they speak of is gone. */
export function removeCheckoutFiles(localDir: string): void {
  for (const name of ['kubeconfig', 'kafka-bootstrap', 'bin']) {
    rmSync(join(localDir, name), { recursive: true, force: true });
  }
}
