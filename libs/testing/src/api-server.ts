import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  apiServerProcess,
  ensureGoTools,
  etcdProcess,
  garbageCollectorProcess,
  issueControlPlaneCertificates,
  ProcessKeeper,
  readSettings,
  run,
  textProgress,
  tryRun,
  waitUntil,
  writeKubeconfig,
  type ControlPlaneOptions,
} from '@event-sinks/platform';
import { freePorts } from './free-ports.ts';

/** How an API server for tests is started. */
export interface TestApiServerOptions {
  /** Whether objects whose owners are gone are removed; otherwise nothing changes by itself. */
  readonly collectGarbage?: boolean;
}

/** A real API server with an etcd of its own: no controllers and no nodes. */
export interface TestApiServer {
  /** Path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** `https://host:port`. */
  readonly url: string;
  /** Runs kubectl with all rights; `input` is its standard input. @throws Error with kubectl's own words. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Like `kubectl`, for what is meant to be refused: the words and the code instead of an exception. */
  tryKubectl(
    args: readonly string[],
    input?: string,
  ): Promise<{ code: number; stdout: string; stderr: string }>;
  /** Ends the API server and leaves etcd, or starts it again. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Starts etcd and kube-apiserver on free ports of 127.0.0.1; ready in about three seconds once they are built. */
export async function startTestApiServer({
  collectGarbage = false,
}: TestApiServerOptions = {}): Promise<TestApiServer> {
  // A first run builds for minutes, and silence would look like a hang.
  const progress = textProgress((line) => {
    console.warn(line);
  });
  const { cacheDir } = readSettings(process.env);
  const binaries = await ensureGoTools('kubernetes', cacheDir, progress, [
    'etcd',
    'kube-apiserver',
    'kubectl',
    ...(collectGarbage ? ['kube-controller-manager'] : []),
  ]);
  const dir = mkdtempSync(join(tmpdir(), 'event-sinks-api-server-'));
  const keeper = new ProcessKeeper(dir);
  const [apiServerPort = 0, etcdPort = 0, etcdPeerPort = 0] = await freePorts(3);
  const options: ControlPlaneOptions = {
    ...{ binaries, dir, apiServerPort, etcdPort, etcdPeerPort },
    address: '127.0.0.1',
    bindAddress: '127.0.0.1',
    serviceRange: '10.0.0.0/24',
    apiServiceAddress: '10.0.0.1',
  };
  const authority = await issueControlPlaneCertificates(options);
  const url = `https://127.0.0.1:${apiServerPort}`;
  const kubeconfig = join(dir, 'kubeconfig');
  writeKubeconfig(kubeconfig, { server: url, authority, user: 'admin' });
  const kubectl = join(binaries, 'kubectl');
  const withConfig = (args: readonly string[]): string[] => ['--kubeconfig', kubeconfig, ...args];
  const optionsFor = (input?: string) => ({ timeoutMs: 60_000, ...(input === undefined ? {} : { input }) });

  const resume = async (): Promise<void> => {
    await keeper.ensure(apiServerProcess(options, authority));
    await waitUntil(
      'the API server',
      async () => {
        keeper.assertRunning('etcd');
        keeper.assertRunning('kube-apiserver');
        return (await tryRun(kubectl, withConfig(['get', '--raw', '/readyz']))).stdout === 'ok';
      },
      { timeoutMs: 60_000 },
    );
  };
  const close = async (): Promise<void> => {
    for (const name of ['kube-controller-manager', 'kube-apiserver', 'etcd']) await keeper.stop(name, 0);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await keeper.ensure(etcdProcess(options));
    await resume();
    if (collectGarbage) await keeper.ensure(garbageCollectorProcess(options, kubeconfig));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    kubeconfig,
    url,
    kubectl: (args, input) => run(kubectl, withConfig(args), optionsFor(input)),
    tryKubectl: (args, input) => tryRun(kubectl, withConfig(args), optionsFor(input)),
    pause: () => keeper.stop('kube-apiserver', 0),
    resume,
    close,
  };
}
