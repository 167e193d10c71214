import { expect } from '@jest/globals';
import type { TestCluster } from '../support/test-cluster.ts';
import type { HelmRelease } from './helm-release.ts';

/** The names of the definitions of both sinks. */
export const definitions = ['jobsinks.sinks.knative.dev', 'kafkasinks.eventing.knative.dev'] as const;

/** Expects that the API server's definitions are those of the release's chart, field by field. */
export async function expectDefinitionsOf(release: HelmRelease, target: TestCluster): Promise<void> {
  const manifest = await release.manifest();
  for (const name of definitions) {
    const wanted = manifest.find((object) => object.metadata.name === name);
    expect(await target.get(['crd', name])).toMatchObject({
      spec: wanted?.spec,
      metadata: { annotations: wanted?.metadata.annotations },
    });
  }
}
