import { contentDigest, tagOf, type ImageSpec } from '../images/build.ts';
import { createBuildah } from './buildah.ts';
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
    const buildah = createBuildah({
      storage: layout.dir('buildah'),
      temporary: layout.dir('images'),
      enter: (command, args) => inNamespace(layout, command, args),
    });
    const built = await buildah.build(spec);
    for (const image of wanted) await buildah.push(built, `docker://${registryHost(layout)}/${image}`);
  }
  return name;
}
