import { fileURLToPath } from 'node:url';
import type { Condition, JobSinkStatus, SinkResource, SinkStatus } from '@event-sinks/crds';
import { loadKubeClient, namespaces, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';

/** A sink as the API server hands it out. */
export interface Sink extends KubeObject {
  readonly status?: SinkStatus & { readonly job?: JobSinkStatus['job'] };
}

/** A real API server that knows both kinds, and short ways to what the tests ask of it. */
export interface Cluster {
  readonly server: TestApiServer;
  readonly client: KubeClient;
  /** Makes a sink in the namespace `shop`. */
  create(resource: SinkResource, name: string, spec: object): Promise<Sink>;
  read(resource: SinkResource, name: string): Promise<Sink>;
  /** Changes the spec; a null in it takes a field away. */
  change(resource: SinkResource, name: string, spec: object): Promise<Sink>;
  close(): Promise<void>;
}

const crdFolder = fileURLToPath(new URL('../../../charts/event-sinks/files/crds', import.meta.url));
const namespace = 'shop';

/** Where the data planes and the lease are, by the controller's default. */
export const systemNamespace = 'knative-eventing';

/** The smallest spec of a JobSink. */
export const jobSinkSpec = {
  job: {
    spec: {
      template: {
        spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/task' }] },
      },
    },
  },
};

/** Starts the API server with the namespaces that the tests use. */
export async function startBareCluster(): Promise<Cluster> {
  const server = await startTestApiServer();
  const client = loadKubeClient({ kubeconfig: server.kubeconfig, userAgent: 'test' });
  for (const name of [namespace, systemNamespace])
    await client.create<KubeObject>(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  const read = async (resource: SinkResource, name: string): Promise<Sink> =>
    client.get<KubeObject>(resource, { namespace, name });
  return {
    server,
    client,
    read,
    create: async (resource, name, spec) => {
      const { apiVersion, kind } = resource;
      const body = { apiVersion, kind, metadata: { namespace, name }, spec };
      // A CRD is established a moment before its resource is served.
      return eventually(() => client.create<KubeObject>(resource, body));
    },
    // The controller writes in between; a conflict is tried again with what is there then.
    change: (resource, name, spec) =>
      eventually(async () => {
        const { metadata } = await read(resource, name);
        const target = { namespace, name, resourceVersion: metadata.resourceVersion ?? '' };
        return client.patch<KubeObject>(resource, target, { spec });
      }),
    close: () => server.close(),
  };
}

/** The same with the chart's own CRDs. */
export async function startCluster(): Promise<Cluster> {
  const cluster = await startBareCluster();
  try {
    await cluster.server.kubectl(['apply', '-f', crdFolder]);
    await cluster.server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
  } catch (error) {
    await cluster.close();
    throw error;
  }
  return cluster;
}

/** A condition of a sink, by its type. */
export function condition({ status }: Sink, type: string): Condition | undefined {
  return status?.conditions?.find((each) => each.type === type);
}
