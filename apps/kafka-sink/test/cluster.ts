import { fileURLToPath } from 'node:url';
import { kafkaSinkResource } from '@event-sinks/crds';
import { loadKubeClient, namespaces, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { accountKubeconfig, eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';

/** A real API server that knows KafkaSinks, and short ways to what the tests ask of it. */
export interface Cluster {
  readonly server: TestApiServer;
  readonly client: KubeClient;
  /** Makes a KafkaSink in the namespace `shop`. */
  kafkaSink(name: string, spec: object): Promise<KubeObject>;
  /** Changes a KafkaSink's spec and resolves with the new version of it. */
  change(sink: KubeObject, spec: object): Promise<KubeObject>;
  /** Makes a Secret in the namespace `shop`, or replaces what one holds. */
  secret(name: string, values: Readonly<Record<string, string>>): Promise<void>;
  deleteSecret(name: string): Promise<void>;
  /** Path of a kubeconfig with the rights that the chart gives the producer, and no others. */
  producerAccount(): Promise<string>;
  /** Lets that account read the Secrets of the namespace `shop`, as the controller does. */
  bindSecretReader(): Promise<void>;
  close(): Promise<void>;
}

const rights = [
  ['clusterrole', 'sinks', '--verb=get,list,watch', '--resource=kafkasinks.eventing.knative.dev'],
  ['clusterrole', 'secret-reader', '--verb=get,list,watch', '--resource=secrets'],
  [
    ...['clusterrole', 'features', '--verb=get,list,watch', '--resource=configmaps'],
    '--resource-name=config-features',
  ],
  ['serviceaccount', 'producer', '--namespace=default'],
  ['clusterrolebinding', 'sinks', '--clusterrole=sinks', '--serviceaccount=default:producer'],
  ['clusterrolebinding', 'features', '--clusterrole=features', '--serviceaccount=default:producer'],
];

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
    async secret(name, values) {
      const metadata = { namespace, name };
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: values };
      const text = JSON.stringify(secret);
      const replaced = await server.tryKubectl(['replace', '-f', '-'], text);
      if (replaced.code !== 0) await server.kubectl(['create', '-f', '-'], text);
    },
    async deleteSecret(name) {
      await server.kubectl(['delete', 'secret', name, '-n', namespace]);
    },
    async producerAccount() {
      for (const right of rights) await server.kubectl(['create', ...right]);
      return accountKubeconfig(server, { namespace: 'default', name: 'producer' });
    },
    async bindSecretReader() {
      const binding = ['--clusterrole=secret-reader', '--serviceaccount=default:producer'];
      await server.kubectl(['create', 'rolebinding', 'secret-reader', '-n', namespace, ...binding]);
    },
    close: () => server.close(),
  };
}
