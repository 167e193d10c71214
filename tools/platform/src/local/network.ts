import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { run, tryRun } from '../shell.ts';
import type { Layout } from './layout.ts';

/**
 * Puts a command into the node's network namespace. `nsenter` and not `ip netns exec`: the latter remounts /sys,
 * and the kubelet then sees no cgroups.
 */
export function inNamespace(
  layout: Layout,
  command: string,
  args: readonly string[],
): { command: string; args: string[] } {
  return { command: 'nsenter', args: [`--net=${namespaceFile(layout)}`, '--', command, ...args] };
}

const namespaceFile = (layout: Layout): string => `/var/run/netns/${layout.name}`;

/**
 * Makes the namespace, the pair of interfaces that joins it to the host, and the host's routes to pods and
 * services. What is there already stays.
 * @throws Error when the host already uses one of the address ranges for something else.
 */
export async function ensureNetwork(layout: Layout): Promise<void> {
  await assertRangesFree(layout);
  if (!existsSync(namespaceFile(layout))) await run('ip', ['netns', 'add', layout.name]);
  if (!hostInterfaceExists(layout)) await joinToHost(layout);
  await configureInside(layout);
  for (const range of [layout.podRange, layout.serviceRange]) {
    await run('ip', ['route', 'replace', range, 'via', layout.nodeAddress]);
  }
}

/** Takes the namespace away; interfaces, routes and iptables rules go with it. */
export async function removeNetwork(layout: Layout): Promise<void> {
  if (hostInterfaceExists(layout)) await tryRun('ip', ['link', 'delete', layout.hostInterface]);
  if (existsSync(namespaceFile(layout))) await run('ip', ['netns', 'delete', layout.name]);
}

const hostInterfaceExists = (layout: Layout): boolean => existsSync(`/sys/class/net/${layout.hostInterface}`);

async function joinToHost(layout: Layout): Promise<void> {
  const { hostInterface, name } = layout;
  await run('ip', ['link', 'add', hostInterface, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]);
  await run('ip', ['address', 'add', `${layout.hostAddress}/30`, 'dev', hostInterface]);
  await run('ip', ['link', 'set', hostInterface, 'up']);
}

async function configureInside(layout: Layout): Promise<void> {
  const inside = async (command: string, ...args: string[]): Promise<void> => {
    const entered = inNamespace(layout, command, args);
    await run(entered.command, entered.args);
  };
  await inside('ip', 'link', 'set', 'lo', 'up');
  await inside('ip', 'address', 'replace', `${layout.nodeAddress}/30`, 'dev', 'eth0');
  await inside('ip', 'link', 'set', 'eth0', 'up');
  await inside('ip', 'route', 'replace', 'default', 'via', layout.hostAddress);
  await inside('sysctl', '-q', '-w', 'net.ipv4.ip_forward=1');
}

async function assertRangesFree(layout: Layout): Promise<void> {
  const foreign = Object.entries(networkInterfaces())
    .filter(([name]) => name !== layout.hostInterface)
    .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })))
    .find(({ address }) => address === layout.hostAddress || address === layout.nodeAddress);
  if (foreign) throw rangeTaken(`${foreign.address} is an address of the interface ${foreign.name}`);
  for (const range of [layout.podRange, layout.serviceRange]) {
    const routes = await run('ip', ['-4', 'route', 'show', 'root', range]);
    const other = routes.split('\n').find((line) => line !== '' && !line.includes(layout.hostInterface));
    if (other) throw rangeTaken(`the host has a route "${other.trim()}"`);
  }
}

function rangeTaken(what: string): Error {
  return new Error(
    `The cluster's addresses are in use on this machine: ${what}. ` +
      'Set EVENT_SINKS_INSTANCE to another number from 0 to 9; each has address ranges of its own.',
  );
}
