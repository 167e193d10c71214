import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { stringify } from 'yaml';
import type { ProcessKeeper, KeptProcess } from '../processes.ts';
import { run, tryRun, waitUntil } from '../shell.ts';
import { containerdProcess, containerdSocket } from './container-runtime.ts';
import {
  apiServerProcess,
  controllerProcesses,
  etcdProcess,
  issueControlPlaneCertificates,
  writeKubeconfig,
  type ControlPlaneOptions,
} from './control-plane.ts';
import { dnsManifests } from './dns.ts';
import { ensureImage } from './image-store.ts';
import type { Layout } from './layout.ts';
import { inNamespace } from './network.ts';
import { nodeName, nodeProcesses } from './node-agents.ts';
import type { CertificateAuthority } from './pki.ts';
import { registryAnswers, registryProcess } from './registry.ts';
import { corednsImage, pauseImageSpec } from './stand-ins.ts';

/** What the parts of one local Kubernetes need to know of each other. */
export interface KubernetesContext {
  readonly layout: Layout;
  readonly keeper: ProcessKeeper;
  /** Folder with etcd, the Kubernetes programs and kubectl. */
  readonly binaries: string;
}

/** The administrator's kubeconfig, in the cluster's folder. */
export const adminKubeconfig = (layout: Layout): string => layout.dir('kubeconfig', 'admin');

/** Keeps a process running inside the node's network namespace. */
export async function keepInside(context: KubernetesContext, kept: KeptProcess): Promise<void> {
  const entered = inNamespace(context.layout, kept.command, kept.args);
  await context.keeper.ensure({ ...kept, ...entered });
}

/** Runs kubectl as the cluster's administrator. */
export async function kubectl(
  context: KubernetesContext,
  args: readonly string[],
  input?: string,
): Promise<string> {
  return await run(
    `${context.binaries}/kubectl`,
    ['--kubeconfig', adminKubeconfig(context.layout), ...args],
    {
      ...(input === undefined ? {} : { input }),
      timeoutMs: 60_000,
    },
  );
}

/** Applies manifests as the cluster's administrator. */
export async function apply(context: KubernetesContext, manifests: readonly object[]): Promise<void> {
  const documents = manifests.map((manifest) => stringify(manifest, { aliasDuplicateObjects: false }));
  await kubectl(context, ['apply', '-f', '-'], documents.join('---\n'));
}

function controlPlaneOptions({ layout, binaries }: KubernetesContext): ControlPlaneOptions {
  return {
    binaries,
    dir: layout.stateDir,
    address: layout.nodeAddress,
    bindAddress: '0.0.0.0',
    apiServerPort: layout.apiServerPort,
    etcdPort: 2379,
    etcdPeerPort: 2380,
    serviceRange: layout.serviceRange,
    apiServiceAddress: layout.apiServiceAddress,
  };
}

const clusterUsers = [
  { name: 'admin', issue: undefined },
  { name: 'kube-controller-manager', issue: { commonName: 'system:kube-controller-manager' } },
  { name: 'kube-scheduler', issue: { commonName: 'system:kube-scheduler' } },
  { name: 'kube-proxy', issue: { commonName: 'system:kube-proxy' } },
  { name: 'prometheus', issue: { commonName: 'prometheus' } },
] as const;

async function issueClusterCertificates(context: KubernetesContext): Promise<CertificateAuthority> {
  const { layout } = context;
  const authority = await issueControlPlaneCertificates(controlPlaneOptions(context));
  await authority.issue({
    name: 'kubelet',
    commonName: `system:node:${nodeName}`,
    organization: 'system:nodes',
    subjects: [nodeName, layout.nodeAddress],
  });
  mkdirSync(layout.dir('kubeconfig'), { recursive: true });
  const server = `https://${layout.nodeAddress}:${layout.apiServerPort}`;
  for (const user of clusterUsers) {
    if (user.issue) await authority.issue({ name: user.name, ...user.issue });
  }
  for (const user of [...clusterUsers.map(({ name }) => name), 'kubelet']) {
    writeKubeconfig(layout.dir('kubeconfig', user), { server, authority, user });
  }
  return authority;
}

/** etcd, API server, controller-manager and scheduler; returns when the API server is ready. */
export async function startControlPlane(context: KubernetesContext): Promise<CertificateAuthority> {
  const options = controlPlaneOptions(context);
  const authority = await issueClusterCertificates(context);
  const kubeconfig = (user: string): string => context.layout.dir('kubeconfig', user);
  await keepInside(context, etcdProcess(options));
  await keepInside(context, apiServerProcess(options, authority));
  await waitUntil(
    'the API server',
    async () => {
      context.keeper.assertRunning('etcd');
      context.keeper.assertRunning('kube-apiserver');
      return (await kubectl(context, ['get', '--raw', '/readyz'])) === 'ok';
    },
    { timeoutMs: 60_000 },
  );
  for (const kept of controllerProcesses(options, authority, kubeconfig)) await keepInside(context, kept);
  return authority;
}

/** The registry with the images that the node itself needs; returns the name of the DNS server's image. */
export async function startRegistry(
  context: KubernetesContext,
  programs: { pause: string; coredns: string },
): Promise<string> {
  await keepInside(context, registryProcess(context.layout));
  await waitUntil('the registry', () => registryAnswers(context.layout), { timeoutMs: 20_000 });
  await ensureImage(context.layout, pauseImageSpec(programs.pause));
  return await ensureImage(context.layout, corednsImage(programs.coredns));
}

/** containerd, kubelet, kube-proxy and DNS; returns when the node is ready and names resolve. */
export async function startNode(
  context: KubernetesContext,
  authority: CertificateAuthority,
  dnsImage: string,
): Promise<void> {
  const { layout, binaries } = context;
  const kubeconfig = (user: string): string => layout.dir('kubeconfig', user);
  await keepInside(context, containerdProcess(layout));
  // The socket of a containerd that was killed is still there, and a kubelet that meets it ends at once.
  await waitUntil(
    'containerd',
    () => {
      context.keeper.assertRunning('containerd');
      return socketAnswers(containerdSocket(layout));
    },
    { timeoutMs: 60_000 },
  );
  for (const kept of nodeProcesses(layout, { binaries, authority, kubeconfig }))
    await keepInside(context, kept);
  await apply(context, dnsManifests(layout, dnsImage));
  await waitUntil(
    'the node',
    async () => {
      for (const name of ['containerd', 'kubelet', 'kube-proxy']) context.keeper.assertRunning(name);
      const ready = '{.status.conditions[?(@.type=="Ready")].status}';
      return (await kubectl(context, ['get', 'node', nodeName, '-o', `jsonpath=${ready}`])) === 'True';
    },
    { timeoutMs: 60_000 },
  );
  await kubectl(context, ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=55s']);
}

/** Whether the cluster's API server answers. */
export async function apiServerAnswers(context: KubernetesContext): Promise<boolean> {
  const args = ['--kubeconfig', adminKubeconfig(context.layout), 'get', '--raw', '/readyz'];
  return (await tryRun(`${context.binaries}/kubectl`, args, { timeoutMs: 5_000 })).code === 0;
}

/** Whether somebody listens on a Unix socket. */
async function socketAnswers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
