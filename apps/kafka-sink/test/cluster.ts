import { fileURLToPath } from 'node:url';
import { kafkaSinkResource } from '@event-sinks/crds';
import { loadKubeClient, namespaces, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';

/** A real API server that knows KafkaSinks, and short ways to what the tests ask of it. */
export interface Cluster {
  readonly server: TestApiServer;
  readonly client: KubeClient;
  /** Makes a KafkaSink in the namespace `shop`. */
  kafkaSink(name: string, spec: object): Promise<KubeObject>;
  /** Changes a KafkaSink's spec and resolves with the new version of it. */
  change(sink: KubeObject, spec: object): Promise<KubeObject>;
  close(): Promise<void>;
}

const crdFolder = fileURLToPath(new URL('../../../charts/event-sinks/files/crds', import.meta.url));
const namespace = 'shop';

/** Starts the API server and installs the chart's own CRDs. */
export async function startCluster(): Promise<Cluster> {
  const server = await startTestApiServer();
  try {
    await server.kubectl(['apply', '-f', crdFolder]);
    await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  } catch (error) {
    await server.close();
    throw error;
  }
  const client = loadKubeClient({ kubeconfig: server.kubeconfig, userAgent: 'test' });
  await client.create<KubeObject>(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  return {
    server,
    client,
    async kafkaSink(name, spec) {
      const { apiVersion, kind } = kafkaSinkResource;
      // A CRD is established a moment before its resource is served.
      return eventually(() =>
        client.create<KubeObject>(kafkaSinkResource, {
          apiVersion,
          kind,
          metadata: { namespace, name },
          spec,
        }),
      );
    },
    async change({ metadata: { name } }, spec) {
      const { metadata } = await client.get<KubeObject>(kafkaSinkResource, { namespace, name });
      const target = { namespace, name, resourceVersion: metadata.resourceVersion ?? '' };
      return client.patch<KubeObject>(kafkaSinkResource, target, { spec });
    },
    close: () => server.close(),
  };
}
