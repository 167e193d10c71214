import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = '/sys/fs/cgroup';

const childFolders = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name));

/** The mounted hierarchies: the one of cgroup v2, or one per controller of cgroup v1. */
function hierarchies(): string[] {
  return [root, ...childFolders(root)].filter((dir) =>
    dir === root
      ? existsSync(join(root, 'cgroup.controllers'))
      : existsSync(join(dir, 'cgroup.clone_children')),
  );
}

/** Makes the cgroup under which the kubelet puts its pods; it refuses to start where the group is missing. */
export function ensureCgroup(name: string): void {
  for (const hierarchy of hierarchies()) {
    const dir = join(hierarchy, name);
    mkdirSync(dir, { recursive: true });
    if (existsSync(join(dir, 'cpuset.cpus'))) inheritCpuset(hierarchy, dir);
    if (hierarchy === root) delegateControllers(dir);
  }
}

// In cgroup v1 a new cpuset is empty, and no process may enter it.
function inheritCpuset(parent: string, dir: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const effective = join(parent, file);
    if (existsSync(effective) && readFileSync(join(dir, file), 'utf8').trim() === '') {
      writeFileSync(join(dir, file), readFileSync(effective));
    }
  }
}

function delegateControllers(dir: string): void {
  const controllers = readFileSync(join(dir, 'cgroup.controllers'), 'utf8').trim();
  if (controllers === '') return;
  const switches = controllers.split(' ').map((controller) => `+${controller}`);
  writeFileSync(join(dir, 'cgroup.subtree_control'), switches.join(' '));
}

/** Processes in the cgroup of this name and in those below it, over all hierarchies. */
export function processesInCgroup(name: string): number[] {
  const under = (dir: string): number[] => [
    ...readFileSync(join(dir, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    ...childFolders(dir).flatMap(under),
  ];
  return [...new Set(groupFolders(name).flatMap(under))];
}

/** Removes the cgroup of this name, which must have no processes left. */
export function removeCgroup(name: string): void {
  const remove = (dir: string): void => {
    for (const child of childFolders(dir)) remove(child);
    rmdirSync(dir);
  };
  for (const dir of groupFolders(name)) remove(dir);
}

const groupFolders = (name: string): string[] =>
  [root, ...childFolders(root)].map((hierarchy) => join(hierarchy, name)).filter((dir) => existsSync(dir));
