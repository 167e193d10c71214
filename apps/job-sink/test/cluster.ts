import { fileURLToPath } from 'node:url';
import { jobSinkNameLabel, jobSinkResource } from '@event-sinks/crds';
import {
  isNotFound,
  jobs,
  loadKubeClient,
  namespaces,
  secrets,
  type KubeClient,
  type KubeObject,
  type Resource,
} from '@event-sinks/kube';
import { eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';

/** A `batch/v1` Job as the API server hands it out, as far as the tests look at it. */
export interface Job extends KubeObject {
  readonly spec: {
    readonly suspend?: boolean;
    readonly podFailurePolicy?: unknown;
    readonly template: { readonly spec: PodSpec };
    readonly [key: string]: unknown;
  };
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly object[];
}

interface Container {
  readonly name: string;
  readonly volumeMounts: readonly object[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
}

/** A Secret as the API server hands it out. */
export interface Secret extends KubeObject {
  readonly immutable?: boolean;
  readonly data: Readonly<Record<string, string>>;
}

/** A real API server that knows JobSinks, and short ways to what the tests ask of it. */
export interface Cluster {
  readonly server: TestApiServer;
  readonly client: KubeClient;
  /** Makes a namespace of that name. */
  namespace(name: string): Promise<string>;
  /** Makes a JobSink; `job` is its `spec.job`, by default the smallest that the API server takes. */
  jobSink(namespace: string, name: string, job?: object): Promise<KubeObject>;
  jobsOf(namespace: string, sink?: string): Promise<readonly Job[]>;
  secretsOf(namespace: string, sink?: string): Promise<readonly Secret[]>;
  /** Whether there is no such object. */
  isGone(resource: Resource, namespace: string, name: string): Promise<boolean>;
  close(): Promise<void>;
}

const crdFolder = fileURLToPath(new URL('../../../charts/event-sinks/files/crds', import.meta.url));

/** The smallest template of a Job. */
export const smallestJob = {
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example.com/task' }] } },
  },
};

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
  const ofSink = async (resource: Resource, namespace: string, sink?: string) => {
    const labelSelector = sink === undefined ? undefined : `${jobSinkNameLabel}=${sink}`;
    return (await client.list(resource, { namespace, labelSelector })).items;
  };
  return {
    server,
    client,
    async namespace(name) {
      await client.create<KubeObject>(namespaces, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      });
      return name;
    },
    async jobSink(namespace, name, job = smallestJob) {
      const { apiVersion, kind } = jobSinkResource;
      const body = { apiVersion, kind, metadata: { namespace, name }, spec: { job } };
      // A CRD is established a moment before its resource is served.
      return eventually(() => client.create<KubeObject>(jobSinkResource, body));
    },
    jobsOf: async (namespace, sink) => (await ofSink(jobs, namespace, sink)) as readonly Job[],
    secretsOf: async (namespace, sink) => (await ofSink(secrets, namespace, sink)) as readonly Secret[],
    async isGone(resource, namespace, name) {
      return client.get(resource, { namespace, name }).then(
        () => false,
        (error: unknown) => {
          if (isNotFound(error)) return true;
          throw error;
        },
      );
    },
    close: () => server.close(),
  };
}
