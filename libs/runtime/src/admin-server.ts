import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health.ts';
import type { Registry } from './metrics.ts';

/** What {@link startAdminServer} takes. */
export interface AdminServerOptions {
  /** 0 lets the system choose; see {@link AdminServer.port}. */
  readonly port: number;
  /** All addresses by default. */
  readonly host?: string;
  readonly registry: Registry;
  readonly health: Health;
}

/** A listening server for operators: metrics and probes, no events. */
export interface AdminServer {
  readonly port: number;
  /** Stops listening and drops its connections. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

type Page = () => Answer | Promise<Answer>;

/** Serves `/metrics`, `/healthz` and `/readyz`; resolves once it listens, rejects when it cannot. */
export async function startAdminServer(options: AdminServerOptions): Promise<AdminServer> {
  const pages = adminPages(options);
  const server = createServer((request, response) => {
    void answer(pages, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function adminPages({ registry, health }: AdminServerOptions): ReadonlyMap<string, Page> {
  return new Map<string, Page>([
    ['/metrics', async () => ({ status: 200, type: registry.contentType, body: await registry.metrics() })],
    ['/healthz', () => json(200, { live: true })],
    ['/readyz', () => readiness(health)],
  ]);
}

function readiness(health: Health): Answer {
  const [failing, warnings] = [health.failing(), health.warnings()];
  const ready = failing.length === 0;
  return json(ready ? 200 : 503, { ready, failing, ...(warnings.length === 0 ? {} : { warnings }) });
}

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) };
}

async function answer(
  pages: ReadonlyMap<string, Page>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, type, body } = await render(pages, request);
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(body);
}

async function render(pages: ReadonlyMap<string, Page>, request: IncomingMessage): Promise<Answer> {
  const page = pages.get((request.url ?? '').split('?', 1)[0] ?? '');
  if (page === undefined) return json(404, { error: 'not found' });
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return json(405, { error: 'method not allowed' });
  try {
    return await page();
  } catch {
    // A gauge that throws while it is collected must not take the process down with the scrape.
    return json(500, { error: 'internal error' });
  }
}
