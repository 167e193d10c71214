import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeIfChanged } from '../files.ts';
import type { KeptProcess } from '../processes.ts';
import { CertificateAuthority } from './pki.ts';

/** Where a control plane listens and keeps its files; the same for a cluster's and for a test's own. */
export interface ControlPlaneOptions {
  /** Folder with the programs etcd, kube-apiserver, … */
  readonly binaries: string;
  readonly dir: string;
  /** The address that clients use; also in the certificate. */
  readonly address: string;
  readonly bindAddress: string;
  readonly apiServerPort: number;
  readonly etcdPort: number;
  readonly etcdPeerPort: number;
  readonly serviceRange: string;
  readonly apiServiceAddress: string;
}

/** The addresses and certificates of a control plane, made before its processes start. */
export async function issueControlPlaneCertificates(
  options: ControlPlaneOptions,
): Promise<CertificateAuthority> {
  const authority = new CertificateAuthority(join(options.dir, 'pki'));
  await authority.ensure('event-sinks-local');
  await authority.ensureTokenKey();
  const names = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  await Promise.all([
    authority.issue({
      name: 'kube-apiserver',
      commonName: 'kube-apiserver',
      subjects: [...names, 'localhost', '127.0.0.1', options.address, options.apiServiceAddress],
    }),
    authority.issue({ name: 'kubelet-client', commonName: 'kube-apiserver', organization: 'system:masters' }),
    authority.issue({ name: 'admin', commonName: 'event-sinks-admin', organization: 'system:masters' }),
  ]);
  return authority;
}

/** Writes a kubeconfig for one client certificate of the authority; everything is in it, so it can be copied. */
export function writeKubeconfig(
  file: string,
  { server, authority, user }: { server: string; authority: CertificateAuthority; user: string },
): void {
  const inline = (name: string): string => readFileSync(authority.path(name)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'event-sinks', cluster: { server, 'certificate-authority-data': inline('ca.crt') } }],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': inline(`${user}.crt`),
          'client-key-data': inline(`${user}.key`),
        },
      },
    ],
    contexts: [{ name: 'event-sinks', context: { cluster: 'event-sinks', user } }],
    'current-context': 'event-sinks',
  };
  writeIfChanged(file, JSON.stringify(config, undefined, 2), 0o600);
}

/** etcd, without fsync: a cluster for tests outlives no power cut, and starts much faster. */
export function etcdProcess(options: ControlPlaneOptions): KeptProcess {
  const client = `http://127.0.0.1:${options.etcdPort}`;
  const peer = `http://127.0.0.1:${options.etcdPeerPort}`;
  return {
    name: 'etcd',
    command: join(options.binaries, 'etcd'),
    args: [
      '--name=node',
      `--data-dir=${join(options.dir, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=node=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  };
}

/** The API server, with RBAC and the node authorizer as in any cluster. */
export function apiServerProcess(options: ControlPlaneOptions, authority: CertificateAuthority): KeptProcess {
  return {
    name: 'kube-apiserver',
    command: join(options.binaries, 'kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${options.etcdPort}`,
      `--bind-address=${options.bindAddress}`,
      `--advertise-address=${options.address}`,
      `--secure-port=${options.apiServerPort}`,
      `--service-cluster-ip-range=${options.serviceRange}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      `--client-ca-file=${authority.path('ca.crt')}`,
      `--tls-cert-file=${authority.path('kube-apiserver.crt')}`,
      `--tls-private-key-file=${authority.path('kube-apiserver.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${authority.path('service-account.crt')}`,
      `--service-account-signing-key-file=${authority.path('service-account.key')}`,
      `--kubelet-certificate-authority=${authority.path('ca.crt')}`,
      `--kubelet-client-certificate=${authority.path('kubelet-client.crt')}`,
      `--kubelet-client-key=${authority.path('kubelet-client.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      '--profiling=false',
    ],
  };
}

/** controller-manager and scheduler; `kubeconfig` gives the file of each one's own identity. */
export function controllerProcesses(
  options: ControlPlaneOptions,
  authority: CertificateAuthority,
  kubeconfig: (user: string) => string,
): KeptProcess[] {
  return [
    {
      name: 'kube-controller-manager',
      command: join(options.binaries, 'kube-controller-manager'),
      args: [
        `--kubeconfig=${kubeconfig('kube-controller-manager')}`,
        // 20 a second by default, Events among them: after a burst of Jobs they come minutes late.
        '--kube-api-qps=200',
        '--kube-api-burst=400',
        `--authentication-kubeconfig=${kubeconfig('kube-controller-manager')}`,
        `--authorization-kubeconfig=${kubeconfig('kube-controller-manager')}`,
        `--root-ca-file=${authority.path('ca.crt')}`,
        `--service-account-private-key-file=${authority.path('service-account.key')}`,
        '--use-service-account-credentials=true',
        '--bind-address=127.0.0.1',
        '--leader-elect=false',
      ],
    },
    {
      name: 'kube-scheduler',
      command: join(options.binaries, 'kube-scheduler'),
      args: [
        `--kubeconfig=${kubeconfig('kube-scheduler')}`,
        `--authentication-kubeconfig=${kubeconfig('kube-scheduler')}`,
        `--authorization-kubeconfig=${kubeconfig('kube-scheduler')}`,
        '--bind-address=127.0.0.1',
        '--leader-elect=false',
      ],
    },
  ];
}

/**
 * The garbage collector of the controller-manager and no other controller, for an API server in which nothing else
 * should change by itself. `kubeconfig` is that of an account with all rights.
 */
export function garbageCollectorProcess(options: ControlPlaneOptions, kubeconfig: string): KeptProcess {
  return {
    name: 'kube-controller-manager',
    command: join(options.binaries, 'kube-controller-manager'),
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--controllers=garbage-collector-controller',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
      '--leader-elect=false',
      '--secure-port=0',
    ],
  };
}
