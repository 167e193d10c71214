import type { ChildProcess } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleApps, readSettings } from '@event-sinks/platform';
import { eventually, renderChart, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { parseAllDocuments } from 'yaml';
import { imageFlags } from '../../support/image-flags.ts';
import { Ledger } from '../ledger.ts';
import { selfSignedCertificate, type Certificate } from '../proxy/certificate.ts';
import { startApiFaultProxy, type ApiFaultProxy } from '../proxy/proxy.ts';
import type { Sizes } from './sizes.ts';

/** Everything that the scenarios share. */
export interface Setting {
  readonly server: TestApiServer;
  readonly ledger: Ledger;
  readonly sizes: Sizes;
  /** The checkout. */
  readonly checkout: string;
  /** The ledger and the dispatchers' logs. */
  readonly folder: string;
  /** What Node is called with: the dispatcher, bundled and with the flags that its image has. */
  readonly program: readonly string[];
  tell(line: string): void;
  /** Ends this process with the run, however that ends. */
  adopt(child: ChildProcess): ChildProcess;
  /** Makes a namespace with JobSinks whose Jobs stay suspended. */
  sinks(namespace: string, names: readonly string[]): Promise<void>;
  /** A proxy of its own, and a kubeconfig that leads through it with the rights of the chart's dispatcher. */
  proxied(name: string): Promise<{ readonly proxy: ApiFaultProxy; readonly kubeconfig: string }>;
  close(): Promise<void>;
}

const account = 'job-sink';
const system = 'knative-eventing';

/** Starts the API server and prepares it as the chart does. */
export async function openSetting(sizes: Sizes, tell: (line: string) => void): Promise<Setting> {
  const { checkout, localDir } = readSettings(process.env);
  await mkdir(join(localDir, 'faults'), { recursive: true });
  const folder = await mkdtemp(join(localDir, 'faults', `${new Date().toISOString().slice(0, 19)}-`));
  const bundle = join(folder, 'main.mjs');
  const program = [...imageFlags(checkout, 'job-sink'), bundle];
  await bundleApps(checkout);
  // A copy, so that a build beside this run changes nothing in it.
  await copyFile(join(checkout, 'apps/job-sink/dist/main.mjs'), bundle);
  const server = await startTestApiServer({ collectGarbage: true });
  const proxies: ApiFaultProxy[] = [];
  const ledger = await Ledger.open(join(folder, 'ledger.jsonl'));
  const children = new Set<ChildProcess>();
  const closeServer = async (): Promise<void> => {
    for (const child of children) child.kill('SIGKILL');
    await server.close();
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    tell(`ended by ${signal}; there is no result`);
    // What is left behind would run for ever.
    void closeServer().finally(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  const close = async (): Promise<void> => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    for (const proxy of proxies) await proxy.close();
    await ledger.close();
    await closeServer();
  };
  try {
    await installRights(server, checkout);
    const token = await server.kubectl(['create', 'token', account, '-n', system, '--duration=8h']);
    const certificate = selfSignedCertificate(folder);
    const ca = await authorityOf(server.kubeconfig);
    tell(`ledger: ${join(folder, 'ledger.jsonl')}`);
    return {
      ...{ server, ledger, sizes, checkout, folder, program, tell, close },
      adopt(child) {
        children.add(child);
        child.once('exit', () => children.delete(child));
        return child;
      },
      async sinks(namespace, names) {
        await server.kubectl(['create', 'namespace', namespace]);
        const items = names.map((name) => jobSink(namespace, name));
        const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
        // A CRD is established a moment before its resource is served.
        await eventually(() => server.kubectl(['apply', '-f', '-'], list));
      },
      async proxied(name) {
        const proxy = await startApiFaultProxy({ apiServer: { url: server.url, ca }, certificate });
        proxies.push(proxy);
        const kubeconfig = join(folder, `${name}.kubeconfig`);
        await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(proxy.url, certificate, token.trim())), {
          mode: 0o600,
        });
        return { proxy, kubeconfig };
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The CRDs, and the dispatcher's account with exactly the rules that the chart gives it. */
/** The rights of the chart's dispatcher, as the chart renders them. */
const rightKinds: readonly unknown[] = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

async function installRights(server: TestApiServer, checkout: string): Promise<void> {
  await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
  await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  const rendered = parseAllDocuments(await renderChart(['job-sink.yaml']));
  const rights = rendered
    .map((document) => document.toJS() as { readonly kind?: string } | null)
    .filter((object) => rightKinds.includes(object?.kind));
  const items = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: system } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace: system } },
    ...rights,
  ];
  await server.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
}

async function authorityOf(kubeconfig: string): Promise<string> {
  const { clusters } = JSON.parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  return Buffer.from(clusters[0]!.cluster['certificate-authority-data'], 'base64').toString();
}

function kubeconfigFor(server: string, { cert }: Certificate, token: string): object {
  const authority = Buffer.from(cert).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'proxy', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: account, user: { token } }],
    contexts: [{ name: 'proxy', context: { cluster: 'proxy', user: account } }],
    'current-context': 'proxy',
  };
}

function jobSink(namespace: string, name: string): object {
  const pod = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/task' }] };
  return {
    apiVersion: 'sinks.knative.dev/v1alpha1',
    kind: 'JobSink',
    metadata: { name, namespace },
    spec: { job: { spec: { suspend: true, template: { spec: pod } } } },
  };
}
