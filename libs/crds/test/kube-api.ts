import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { eventually, startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { jobSinkResource, kafkaSinkResource, type SinkKind, type SinkResource } from '../src/index.ts';

/** One entry of `details.causes` in the answer to a refused write. */
export interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** What the API server said, with the parts that tests look at. */
export interface Answer {
  readonly status: number;
  /** As it came, for numbers that JavaScript cannot hold. */
  readonly text: string;
  readonly body: {
    readonly message?: string;
    readonly reason?: string;
    readonly details?: { readonly causes?: readonly Cause[] };
    readonly [key: string]: unknown;
  };
}

/** Speaks to the API server without kubectl in between, which is faster and gives the causes one by one. */
export interface KubeApi {
  /** A body that is a string is sent as it is. */
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  close(): void;
}

/** An API server that knows both CRDs, as the chart ships them. */
export interface SinkServer {
  readonly server: TestApiServer;
  readonly api: KubeApi;
  close(): Promise<void>;
}

export const resourceOf: Readonly<Record<SinkKind, SinkResource>> = {
  JobSink: jobSinkResource,
  KafkaSink: kafkaSinkResource,
};

export const sinkKinds = ['JobSink', 'KafkaSink'] as const;

const crdFolder = fileURLToPath(new URL('../../../charts/event-sinks/files/crds/', import.meta.url));

/** The path of the file in the chart that holds the CRD of a kind. */
export function crdFile(kind: SinkKind): string {
  return `${crdFolder}${crdName(kind)}.yaml`;
}

export function crdName(kind: SinkKind): string {
  return `${resourceOf[kind].plural}.${resourceOf[kind].group}`;
}

/** The path of a kind's objects in the namespace `default`, or of one of them. */
export function sinkPath(kind: SinkKind, name?: string, subresource?: string): string {
  const { apiVersion, plural } = resourceOf[kind];
  return [`/apis/${apiVersion}/namespaces/default/${plural}`, name, subresource]
    .filter((part) => part !== undefined)
    .join('/');
}

/** Starts an API server and brings it to where both kinds are served and in its OpenAPI documents. */
export async function startSinkServer(): Promise<SinkServer> {
  const server = await startTestApiServer();
  const api = connect(server);
  const close = async (): Promise<void> => {
    api.close();
    await server.close();
  };
  try {
    for (const kind of sinkKinds) await server.kubectl(['apply', '--server-side', '-f', crdFile(kind)]);
    await eventually(
      async () => {
        for (const kind of sinkKinds) {
          const { status } = await api.send('GET', sinkPath(kind));
          if (status !== 200) throw new Error(`${kind} is not served yet: ${status}`);
          await server.kubectl(['explain', resourceOf[kind].singular]);
        }
      },
      { timeoutMs: 30_000 },
    );
  } catch (error) {
    await close();
    throw error;
  }
  return { server, api, close };
}

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  readonly users: readonly {
    readonly user: { readonly 'client-certificate-data': string; readonly 'client-key-data': string };
  }[];
}

function connect(server: TestApiServer): KubeApi {
  const config = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as Kubeconfig;
  const pem = (base64: string): Buffer => Buffer.from(base64, 'base64');
  const { user } = config.users[0]!;
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca: pem(config.clusters[0]!.cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  });
  const send: KubeApi['send'] = (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const headers = { accept: 'application/json', 'content-type': contentType };
      const call = request(new URL(path, server.url), { agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, text, body: JSON.parse(text) as Answer['body'] });
        });
      });
      call.on('error', reject);
      call.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  return {
    send,
    close: () => {
      agent.destroy();
    },
  };
}
