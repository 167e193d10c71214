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

/** A Secret for a KafkaSink, with which it reaches the platform's brokers as it would without. */
export const login = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'login' },
  stringData: { protocol: 'PLAINTEXT' },
};

/** The part of a KafkaSink's spec that names {@link login}. */
export const withLogin = { auth: { secret: { ref: { name: login.metadata.name } } } };

/** A KafkaSink on the platform's brokers, with whatever else `spec` says. */
export function kafkaSink(
  name: string,
  spec: { readonly topic: string; readonly [key: string]: unknown },
): object {
  return {
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name },
    spec: { bootstrapServers: ['my-cluster-kafka-bootstrap.kafka:9092'], ...spec },
  };
}
