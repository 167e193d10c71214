import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { chooseDriver, readSettings, run, tryRun, type Cluster } from '@event-sinks/platform';
import { eventually } from '@event-sinks/testing';

/** The installed cluster, and a namespace in it that belongs to one test file. */
export interface TestCluster {
  readonly cluster: Cluster;
  readonly namespace: string;
  /** Runs kubectl in the namespace. @throws Error with kubectl's own words. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Like `kubectl`, for what is meant to be refused. */
  tryKubectl(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  /** What `kubectl get … -o json` says. */
  get<T>(args: readonly string[]): Promise<T>;
  /** Path of a file under `e2e/samples`. */
  sample(path: string): string;
  close(): Promise<void>;
}

/** Connects and makes the namespace. */
export async function openTestCluster(): Promise<TestCluster> {
  const settings = readSettings(process.env);
  const silent = { step: <T>(_title: string, work: () => Promise<T>) => work(), note: () => undefined };
  const cluster = await (await chooseDriver(settings, silent)).connect();
  const namespace = `e2e-${randomBytes(4).toString('hex')}`;
  const base = ['--kubeconfig', cluster.kubeconfig, '--namespace', namespace];
  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    run(cluster.kubectl, [...base, ...args], input === undefined ? {} : { input });
  await kubectl(['create', 'namespace', namespace]);
  await eventually(() => kubectl(['get', 'serviceaccount', 'default']));
  return {
    cluster,
    namespace,
    kubectl,
    tryKubectl: (args) => tryRun(cluster.kubectl, [...base, ...args]),
    get: async <T>(args: readonly string[]) => JSON.parse(await kubectl(['get', ...args, '-o', 'json'])) as T,
    sample: (path) => join(settings.checkout, 'e2e', 'samples', path),
    close: async () => {
      await kubectl(['delete', 'namespace', namespace, '--wait=false']);
    },
  };
}
