import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeIfChanged } from '../files.ts';
import type { KeptProcess } from '../processes.ts';
import { ensureCgroup } from './cgroups.ts';
import { containerdSocket } from './container-runtime.ts';
import type { Layout } from './layout.ts';
import type { CertificateAuthority } from './pki.ts';

/** The node's name in the cluster. */
export const nodeName = 'event-sinks-node';

/** Cgroup under which all of the node's pods live, named after the cluster so that clean-up finds them. */
export const podCgroup = (layout: Layout): string => layout.name;

function kubeletConfig(layout: Layout, authority: CertificateAuthority): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: layout.nodeAddress,
    authentication: { anonymous: { enabled: false }, x509: { clientCAFile: authority.path('ca.crt') } },
    authorization: { mode: 'AlwaysAllow' },
    tlsCertFile: authority.path('kubelet.crt'),
    tlsPrivateKeyFile: authority.path('kubelet.key'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${podCgroup(layout)}`,
    containerRuntimeEndpoint: `unix://${containerdSocket(layout)}`,
    clusterDomain: 'cluster.local',
    clusterDNS: [layout.dnsAddress],
    resolvConf: layout.dir('resolv.conf'),
    failSwapOn: false,
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    // A development machine's disk is often nearly full; pods are not evicted for that.
    evictionHard: { 'memory.available': '50Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    volumePluginDir: layout.dir('kubelet', 'plugins'),
    podLogsDir: layout.dir('pod-logs'),
    registryPullQPS: 0,
    syncFrequency: '10s',
  };
}

/** Writes the kubelet's and kube-proxy's files and returns the processes to keep. */
export function nodeProcesses(
  layout: Layout,
  {
    binaries,
    authority,
    kubeconfig,
  }: { binaries: string; authority: CertificateAuthority; kubeconfig: (user: string) => string },
): KeptProcess[] {
  ensureCgroup(podCgroup(layout));
  mkdirSync(layout.dir('kubelet'), { recursive: true });
  writeIfChanged(layout.dir('resolv.conf'), '');
  const kubelet = layout.dir('kubelet', 'config.yaml');
  writeIfChanged(kubelet, stringify(kubeletConfig(layout, authority)));
  const proxy = layout.dir('kube-proxy.yaml');
  writeIfChanged(proxy, stringify(proxyConfig(layout, kubeconfig('kube-proxy'))));
  return [
    {
      name: 'kubelet',
      command: join(binaries, 'kubelet'),
      args: [
        `--config=${kubelet}`,
        `--kubeconfig=${kubeconfig('kubelet')}`,
        `--root-dir=${layout.dir('kubelet')}`,
        `--hostname-override=${nodeName}`,
        `--node-ip=${layout.nodeAddress}`,
      ],
    },
    { name: 'kube-proxy', command: join(binaries, 'kube-proxy'), args: [`--config=${proxy}`] },
  ];
}

function proxyConfig(layout: Layout, kubeconfig: string): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig },
    clusterCIDR: layout.podRange,
    hostnameOverride: nodeName,
    bindAddress: '0.0.0.0',
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // The table's size is the kernel's, shared with the host; it is not ours to set.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
