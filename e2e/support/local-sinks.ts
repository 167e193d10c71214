import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { readSettings, systemNamespace } from '@event-sinks/platform';
import {
  eventually,
  freePorts,
  loopbackAddresses,
  startTestApiServer,
  type TestApiServer,
} from '@event-sinks/testing';
import { imageFlags } from './image-flags.ts';

/** Controller and producer of KafkaSinks as processes of this machine, on an API server without nodes. */
export interface LocalSinks {
  readonly server: TestApiServer;
  /** Where the producer takes events: `<url>/<namespace>/<name>`. */
  readonly url: string;
  /** Starts a further producer, of which the controller does not know. @returns its URL when it is ready. */
  producer(env: Readonly<Record<string, string>>): Promise<string>;
  /** Makes or changes objects. */
  apply(objects: readonly object[]): Promise<void>;
  close(): Promise<void>;
}

const service = 'kafka-sink-ingress';
/** Of the output of a process, what is told when it ends before it was asked to. */
const tailLength = 4_000;

/** Starts them with the chart's CRDs; resolves when the producer is ready. */
export async function startLocalSinks(namespace: string): Promise<LocalSinks> {
  const { checkout } = readSettings(process.env);
  const server = await startTestApiServer();
  const ends: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(ends.map((end) => end()));
    await server.close();
  };
  const apply = async (objects: readonly object[]): Promise<void> => {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    // A CRD is established a moment before its resource is served.
    await eventually(() => server.kubectl(['apply', '--server-side', '-f', '-'], list));
  };
  try {
    await server.kubectl(['apply', '--server-side', '-f', join(checkout, 'charts/event-sinks/files/crds')]);
    await server.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s']);
    const [port = 0] = await freePorts(1);
    const names = [namespace, systemNamespace];
    await apply(names.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })));
    await apply([endpoint(port)]);
    const allowed = { KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join() };
    const common = { KUBECONFIG: server.kubeconfig, METRICS_PORT: '0', LOG_LEVEL: 'warn', ...allowed };
    const producer = async (at: number, env: Readonly<Record<string, string>> = {}): Promise<string> => {
      const own = { PORT: String(at), DRAIN_DELAY: '0s', ...env };
      ends.push(startApp(checkout, 'kafka-sink', { ...common, ...own }));
      const url = `http://127.0.0.1:${at}`;
      await isReady(url);
      return url;
    };
    ends.push(startApp(checkout, 'controller', { ...common, LEASE_RETRY_PERIOD: '200ms' }));
    const url = await producer(port);
    return {
      ...{ server, url, apply, close },
      producer: async (env) => producer((await freePorts(1))[0] ?? 0, env),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function isReady(url: string): Promise<void> {
  await eventually(
    async () => {
      const { status } = await fetch(`${url}/readyz`);
      if (status !== 200) throw new Error(`the producer is not ready: ${status}`);
    },
    { timeoutMs: 30_000 },
  );
}

/** Starts the bundle that the images are made of. @returns what ends the process. */
function startApp(checkout: string, app: string, env: Readonly<Record<string, string>>): () => Promise<void> {
  const program = [...imageFlags(checkout, app), join(checkout, 'apps', app, 'dist', 'main.mjs')];
  const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';
  const keep = (bytes: Buffer): void => {
    tail = (tail + bytes.toString()).slice(-tailLength);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let ending = false;
  child.once('exit', (code) => {
    if (!ending) console.error(`${app} ended with ${code ?? 'a signal'}:\n${tail}`);
  });
  return async () => {
    ending = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
}

/** The producer as the controller looks for it: an endpoint of the Service. */
function endpoint(port: number): object {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: systemNamespace,
      name: service,
      labels: { 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    ports: [{ name: 'http', port, protocol: 'TCP' }],
    endpoints: [{ addresses: [ownAddress()], conditions: { ready: true } }],
  };
}

/** The API server takes no loopback address as an endpoint. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const own = all.find(
    ({ family, internal, address }) => family === 'IPv4' && !internal && !address.startsWith('169.254.'),
  );
  if (own === undefined) throw new Error('this machine has no IPv4 address beside loopback');
  return own.address;
}
