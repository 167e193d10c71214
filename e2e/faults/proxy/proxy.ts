import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificate } from './certificate.ts';
import { Exchange, type Upstream } from './exchange.ts';
import { Rules, type PlacedRule, type Rule } from './rules.ts';

/** An HTTPS proxy in front of the API server that can fail in every way a network and a server can. */
export interface ApiFaultProxy {
  readonly url: string;
  add(rule: Rule): PlacedRule;
  /** Ends the open watches: by an ERROR event of 410, or by an RST. Returns how many there were. */
  breakWatches(how: 'gone' | 'reset'): number;
  /** Calls that came so far, by method and path of a collection. */
  count(method: string, target: RegExp): number;
  close(): Promise<void>;
}

/** What {@link startApiFaultProxy} takes. */
export interface ApiFaultProxyOptions {
  /** The API server and its authority, in PEM. */
  readonly apiServer: { readonly url: string; readonly ca: string };
  readonly certificate: Certificate;
}

const gone = {
  kind: 'Status',
  apiVersion: 'v1',
  code: 410,
  reason: 'Expired',
  message: 'too old resource version',
};
/** A watch's line that says that its resource version is gone. */
export const goneEvent = `${JSON.stringify({ type: 'ERROR', object: gone })}\n`;

/** Starts a proxy on a free port of 127.0.0.1. Credentials are those of whoever asks: its bearer token passes. */
export async function startApiFaultProxy(options: ApiFaultProxyOptions): Promise<ApiFaultProxy> {
  const { apiServer, certificate } = options;
  const upstream: Upstream = { url: apiServer.url, agent: new Agent({ keepAlive: true, ca: apiServer.ca }) };
  const rules = new Rules();
  const watches = new Map<ServerResponse, () => void>();
  // A TLS socket cannot be reset, so the TCP sockets under them are kept, by the port at the other end.
  const sockets = new Map<number | undefined, Socket>();
  const calls = new Map<string, number>();

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { remotePort } = request.socket;
    const reset = (): void => {
      sockets.get(remotePort)?.resetAndDestroy();
    };
    const exchange = new Exchange({ incoming: request, response, upstream, body, reset });
    const { method, target } = describe(request, body);
    calls.set(`${method} ${collectionOf(target)}`, (calls.get(`${method} ${collectionOf(target)}`) ?? 0) + 1);
    const fault = rules.faultFor(method, target);
    if (fault !== undefined) return fault(exchange);
    if (method !== 'WATCH') return exchange.pass(await exchange.forward());
    return exchange.stream((open) => {
      watches.set(open, reset);
      open.once('close', () => watches.delete(open));
    });
  };
  const server = createServer(certificate, (request, response) => {
    // The API server away, or the dispatcher dead in the middle: either way nothing is left to answer.
    handle(request, response).catch(() => request.socket.destroy());
  });
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => sockets.delete(remotePort));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (rule) => rules.add(rule),
    breakWatches(how) {
      const open = [...watches];
      for (const [watch, reset] of open) {
        if (how === 'gone') watch.end(goneEvent);
        else reset();
      }
      return open.length;
    },
    count: (method, target) =>
      [...calls]
        .filter(([key]) => key.startsWith(`${method} `) && target.test(key))
        .reduce((sum, [, number]) => sum + number, 0),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets.values()) socket.destroy();
      upstream.agent.destroy();
      await closed;
    },
  };
}

/** A create is told apart by the name in its body, so that a rule can be for one object. */
function describe(request: IncomingMessage, body: Buffer): { method: string; target: string } {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'https://proxy');
  const method = searchParams.get('watch') === 'true' ? 'WATCH' : (request.method ?? 'GET');
  if (method !== 'POST') return { method, target: pathname };
  const { metadata } = JSON.parse(body.toString()) as { metadata?: { name?: string } };
  return { method, target: `${pathname}/${metadata?.name ?? ''}` };
}

function collectionOf(target: string): string {
  return target.replace(/(\/(jobs|secrets))\/[^/]*$/, '$1');
}
