import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real server on a port of its own that answers as a test says. */
export interface ScriptedServer {
  readonly url: string;
  /** Requests so far, as `METHOD path?query`. */
  readonly requests: string[];
  /** Connections opened so far. */
  connections(): number;
  close(): Promise<void>;
}

export async function startServer(listener: RequestListener, tls?: KeyPair): Promise<ScriptedServer> {
  const requests: string[] = [];
  const record: RequestListener = (request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    listener(request, response);
  };
  const server: Server = tls === undefined ? createServer(record) : createTlsServer(tls, record);
  let connections = 0;
  server.on(tls === undefined ? 'connection' : 'secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** PEM, as node:https takes it. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A folder that is removed by `remove`. */
export function makeFolder(): {
  path: string;
  file(name: string, text: string): string;
  delete(name: string): void;
  remove(): void;
} {
  const path = mkdtempSync(join(tmpdir(), 'kube-test-'));
  return {
    path,
    file: (name, text) => {
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    delete: (name) => {
      rmSync(join(path, name));
    },
    remove: () => {
      rmSync(path, { recursive: true });
    },
  };
}

/** A certificate for 127.0.0.1 that signs itself. */
export function makeKeyPair(folder: string): KeyPair {
  const [key, cert] = [join(folder, 'server.key'), join(folder, 'server.crt')];
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  });
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
}

/** A kubeconfig in JSON, which is YAML too. */
export function kubeconfig(
  server: string,
  cluster: object = { 'insecure-skip-tls-verify': true },
  user: object = {},
): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
