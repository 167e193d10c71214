import type { Progress } from '../progress.ts';
import { run, tryRun } from '../shell.ts';

/** Debian packages of the node, each with the reason it is there. */
export const debianPackages: Readonly<Record<string, string>> = {
  containerd: 'runs the containers',
  runc: 'starts a container',
  'containernetworking-plugins': 'gives pods their interfaces',
  buildah: 'builds the images',
  'docker-registry': 'serves the images to the node',
  iptables: 'carries the rules of Services',
  iproute2: 'makes the network namespace',
  procps: 'sets the namespace’s sysctl',
  conntrack: 'lets kube-proxy forget old connections',
  prometheus: 'reads the metrics and tries the alerts',
  openssl: 'issues the cluster’s certificates',
  'busybox-static': 'goes into the stand-in images',
  'bash-static': 'goes into the stand-in for docker.io/library/bash',
  curl: 'goes into the stand-in for docker.io/curlimages/curl',
};

async function isInstalled(name: string): Promise<boolean> {
  const { stdout } = await tryRun('dpkg-query', ['-W', '-f', '${Status}', name]);
  return stdout === 'install ok installed';
}

/** The packages of the list that are not there yet. */
export async function missingPackages(): Promise<string[]> {
  const names = Object.keys(debianPackages);
  const present = await Promise.all(names.map(isInstalled));
  return names.filter((_, index) => present[index] !== true);
}

/** Says what it is about to install, then installs it. Services that a package would start stay off. */
export async function ensurePackages(progress: Progress): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  progress.note('These Debian packages will be installed with apt-get:');
  for (const name of missing) progress.note(`  ${name.padEnd(28)}${debianPackages[name] ?? ''}`);
  await progress.step(`Debian packages (${missing.length})`, async () => {
    const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing], { env });
  });
}
