import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeIfChanged } from '../files.ts';
import type { KeptProcess } from '../processes.ts';
import type { Layout } from './layout.ts';

/** containerd's socket of this cluster. */
export const containerdSocket = (layout: Layout): string => layout.dir('containerd', 'containerd.sock');

/** Images that the cluster's node pulls are kept under this name. */
export const registryHost = (layout: Layout): string => `localhost:${layout.registryPort}`;

/** The image that holds a pod's namespaces. */
export const pauseImage = (layout: Layout): string => `${registryHost(layout)}/event-sinks/pause:1`;

function containerdConfig(layout: Layout): string {
  return `version = 2
root = "${layout.dir('containerd', 'root')}"
state = "${layout.dir('containerd', 'state')}"

[grpc]
  address = "${containerdSocket(layout)}"

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage(layout)}"
  # Where the kernel refuses a lower oom_score_adj, every sandbox would fail without this.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  # No AppArmor profile is loaded by us, and none is wanted in a cluster for tests.
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${layout.dir('cni')}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${layout.dir('registries')}"
`;
}

function cniConfig(layout: Layout): string {
  return JSON.stringify({
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods0',
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: layout.dir('cni-addresses'),
          ranges: [[{ subnet: layout.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
}

/** Writes containerd's files and returns the process to keep. */
export function containerdProcess(layout: Layout): KeptProcess {
  const mirror = layout.dir('registries', 'docker.io');
  for (const dir of [layout.dir('containerd'), layout.dir('cni'), mirror])
    mkdirSync(dir, { recursive: true });
  const config = layout.dir('containerd', 'config.toml');
  writeIfChanged(config, containerdConfig(layout));
  writeIfChanged(layout.dir('cni', '10-pods.conflist'), cniConfig(layout));
  // docker.io is answered by the registry on the node's loopback, which holds the stand-ins.
  writeIfChanged(
    join(mirror, 'hosts.toml'),
    `server = "http://127.0.0.1:${layout.registryPort}"\n\n[host."http://127.0.0.1:${layout.registryPort}"]\n  capabilities = ["pull", "resolve"]\n`,
  );
  return { name: 'containerd', command: 'containerd', args: ['--config', config] };
}
