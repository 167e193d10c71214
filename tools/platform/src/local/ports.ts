import type { ProcessKeeper } from '../processes.ts';
import { run } from '../shell.ts';
import type { Layout } from './layout.ts';
import { inNamespace } from './network.ts';

/** The ports that the cluster's processes listen on inside the namespace, by process. */
export function portsOf(layout: Layout): Readonly<Record<string, readonly number[]>> {
  return {
    etcd: [2379, 2380],
    'kube-apiserver': [layout.apiServerPort],
    registry: [layout.registryPort],
    kafka: [layout.kafkaPort, layout.kafkaPort + 1],
    kubelet: [10_250],
    prometheus: [layout.prometheusPort],
  };
}

/**
 * Looks at the ports of the processes that do not run yet.
 * @throws Error that names each port that is taken, what it is wanted for and who holds it.
 */
export async function assertPortsFree(layout: Layout, keeper: ProcessKeeper): Promise<void> {
  const { command, args } = inNamespace(layout, 'ss', ['-Hltnp']);
  const listeners = (await run(command, args)).split('\n');
  const taken = Object.entries(portsOf(layout))
    .filter(([name]) => keeper.pidOf(name) === undefined)
    .flatMap(([name, ports]) => ports.map((port) => ({ name, port, holder: holderOf(port, listeners) })))
    .filter(({ holder }) => holder !== undefined);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ name, port, holder }) => `  - port ${port}, wanted for ${name}, is held by ${holder ?? ''}`,
  );
  throw new Error(
    `Ports in the network namespace ${layout.name} are taken:\n${lines.join('\n')}\n` +
      'End those processes, or clean up with: npm run stop',
  );
}

/** Reads the output of `ss -Hltnp`: state, queues, local address, peer, and who it is. */
function holderOf(port: number, listeners: readonly string[]): string | undefined {
  const line = listeners.find((each) => each.split(/\s+/)[3]?.endsWith(`:${port}`) === true);
  if (line === undefined) return undefined;
  const owner = /\("([^"]+)",pid=(\d+)/.exec(line);
  return owner === null ? 'an unknown process' : `${owner[1] ?? ''} (pid ${owner[2] ?? ''})`;
}
