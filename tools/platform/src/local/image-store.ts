import { mkdirSync } from 'node:fs';
import { contentDigest, tagOf, withBuildContext, type ImageSpec } from '../images/build.ts';
import { run } from '../shell.ts';
import { registryHost } from './container-runtime.ts';
import type { Layout } from './layout.ts';
import { inNamespace } from './network.ts';
import { registryHas } from './registry.ts';

/**
 * Builds an image with buildah and pushes it to the cluster's registry, unless the registry has this content.
 * @returns the name under which the node pulls it.
 */
export async function ensureImage(layout: Layout, spec: ImageSpec): Promise<string> {
  const stored = `${spec.name}:${contentDigest(spec)}`;
  const name = `${registryHost(layout)}/${spec.name}:${tagOf(spec)}`;
  const wanted = [...new Set([stored, `${spec.name}:${tagOf(spec)}`])];
  if (!(await registryHas(layout, stored))) {
    await withBuildContext(spec, layout.dir('images'), (context) => build(layout, spec, context));
    for (const image of wanted) await push(layout, localName(spec), `${registryHost(layout)}/${image}`);
  }
  return name;
}

const localName = (spec: ImageSpec): string => `localhost/${spec.name}:${contentDigest(spec)}`;

/** buildah with its storage inside the cluster's folder, never the user's own. */
async function buildah(layout: Layout, args: readonly string[]): Promise<void> {
  const [root, runRoot] = [layout.dir('buildah', 'root'), layout.dir('buildah', 'run')];
  mkdirSync(root, { recursive: true });
  const entered = inNamespace(layout, 'buildah', ['--root', root, '--runroot', runRoot, ...args]);
  await run(entered.command, entered.args, {
    env: { BUILDAH_ISOLATION: 'chroot', TMPDIR: layout.dir('images') },
  });
}

async function build(layout: Layout, spec: ImageSpec, context: string): Promise<void> {
  const buildArgs = Object.entries(spec.buildArgs ?? {}).flatMap(([key, value]) => [
    '--build-arg',
    `${key}=${value}`,
  ]);
  await buildah(layout, [
    'bud',
    '-q',
    '--timestamp',
    '0',
    '--tls-verify=false',
    ...buildArgs,
    '-t',
    localName(spec),
    context,
  ]);
}

async function push(layout: Layout, from: string, to: string): Promise<void> {
  await buildah(layout, ['push', '-q', '--tls-verify=false', from, `docker://${to}`]);
}
