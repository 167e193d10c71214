import { join } from 'node:path';
import type { Settings } from '../settings.ts';

/** Where one local cluster lives: its names, addresses and folders. Everything follows from the instance's number. */
export interface Layout {
  /** Name of the cluster, its network namespace and its cgroup. */
  readonly name: string;
  readonly stateDir: string;
  readonly cacheDir: string;
  readonly hostInterface: string;
  readonly hostAddress: string;
  /** The node's address: API server and Kafka answer here, for the host and for pods. */
  readonly nodeAddress: string;
  readonly podRange: string;
  readonly serviceRange: string;
  readonly apiServiceAddress: string;
  readonly dnsAddress: string;
  readonly apiServerPort: number;
  readonly kafkaPort: number;
  readonly prometheusPort: number;
  /** The registry listens on the loopback of the node's namespace. */
  readonly registryPort: number;
  readonly dir: (...parts: readonly string[]) => string;
}

/** The layout of an instance; no two instances share a name, an address or a folder. */
export function layoutOf(settings: Settings): Layout {
  const n = settings.instance;
  const name = n === 0 ? 'event-sinks' : `event-sinks-${n}`;
  const stateDir = join(settings.stateDir, name);
  return {
    name,
    stateDir,
    cacheDir: settings.cacheDir,
    hostInterface: `evsinks${n}`,
    hostAddress: `10.20${n}.0.1`,
    nodeAddress: `10.20${n}.0.2`,
    podRange: `10.24${n}.0.0/24`,
    serviceRange: `10.9${n}.0.0/16`,
    apiServiceAddress: `10.9${n}.0.1`,
    dnsAddress: `10.9${n}.0.10`,
    apiServerPort: 6443,
    kafkaPort: 9092,
    prometheusPort: 9090,
    registryPort: 5000,
    dir: (...parts) => join(stateDir, ...parts),
  };
}
