import { readFileSync, rmSync } from 'node:fs';
import { signalProcess } from '../proc.ts';
import type { ProcessKeeper } from '../processes.ts';
import { tryRun, waitUntil } from '../shell.ts';
import { processesInCgroup, removeCgroup } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { removeNetwork } from './network.ts';
import { podCgroup } from './node-agents.ts';

/** Whoever would start things again goes first. */
const stopOrder = ['kubelet', 'kube-proxy', 'kube-controller-manager', 'kube-scheduler', 'kafka'];

/** An API server waits a minute for its watchers; nothing of this cluster is kept, so nobody needs to wait. */
const graceMs = 1_000;

/** Takes a cluster away, whole or half-made, also one whose processes were killed. */
export async function teardown(layout: Layout, keeper: ProcessKeeper): Promise<void> {
  for (const name of stopOrder) await keeper.stop(name, graceMs);
  await endPods(layout);
  await Promise.all(keeper.names().map((name) => keeper.stop(name, graceMs)));
  await keeper.sweep();
  await removeMounts(layout);
  await removeNetwork(layout);
  removeCgroup(podCgroup(layout));
  rmSync(layout.stateDir, { recursive: true, force: true });
}

/** Every process in the cluster's own cgroup is one of its pods'. */
async function endPods(layout: Layout): Promise<void> {
  const pids = (): number[] => processesInCgroup(podCgroup(layout));
  await waitUntil(
    'the end of the pods',
    () => {
      const left = pids();
      for (const pid of left) signalProcess(pid, 'SIGKILL');
      return left.length === 0;
    },
    { timeoutMs: 20_000 },
  );
}

/** Unmounts what lies under the cluster's folder, the innermost first. */
async function removeMounts(layout: Layout): Promise<void> {
  const under = mountPoints().filter((path) => path.startsWith(`${layout.stateDir}/`));
  for (const path of under.reverse()) await tryRun('umount', ['-l', path]);
}

function mountPoints(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[4] ?? '').replace(/\\040/g, ' '))
    .filter((path) => path !== '');
}
