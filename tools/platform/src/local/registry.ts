import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeIfChanged } from '../files.ts';
import type { KeptProcess } from '../processes.ts';
import { tryRun } from '../shell.ts';
import type { Layout } from './layout.ts';
import { inNamespace } from './network.ts';

/** The registry on the node's loopback; its layers live in the cache, so another cluster finds them again. */
export function registryProcess(layout: Layout): KeptProcess {
  const storage = join(layout.cacheDir, 'registry');
  mkdirSync(storage, { recursive: true });
  const config = layout.dir('registry.yml');
  const settings = {
    version: 0.1,
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: storage } },
    http: { addr: `127.0.0.1:${layout.registryPort}` },
  };
  writeIfChanged(config, JSON.stringify(settings));
  return { name: 'registry', command: 'docker-registry', args: ['serve', config] };
}

/** Whether the registry has this image (`name:tag`, without host) already. */
export async function registryHas(layout: Layout, image: string): Promise<boolean> {
  const [name = '', tag = ''] = image.split(':');
  const url = `http://127.0.0.1:${layout.registryPort}/v2/${name}/manifests/${tag}`;
  const accept =
    'Accept: application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
  const entered = inNamespace(layout, 'curl', ['-s', '-o', '/dev/null', '-f', '-I', '-H', accept, url]);
  return (await tryRun(entered.command, entered.args)).code === 0;
}

/** Whether the registry answers at all. */
export async function registryAnswers(layout: Layout): Promise<boolean> {
  const entered = inNamespace(layout, 'curl', ['-s', '-f', `http://127.0.0.1:${layout.registryPort}/v2/`]);
  return (await tryRun(entered.command, entered.args)).code === 0;
}
