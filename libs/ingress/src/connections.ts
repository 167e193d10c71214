import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpExchange } from './http-exchange.ts';
import { RequestFeed, type FeedContext } from './request-feed.ts';
import type { IngressLimits } from './types.ts';
import type { UnparsedBytes } from './unparsed-bytes.ts';

/**
 * The connections that Node's server reads, each through a {@link RequestFeed}.
 *
 * Answers leave a connection in the order of its requests, and one that closes it takes every later one with
 * it; so only the newest may close, and what is said beside HTTP must wait until the newest is answered.
 */
export class Connections {
  readonly #feeds = new WeakMap<Duplex, RequestFeed>();
  readonly #context: FeedContext;
  #waiting = 0;

  constructor(limits: IngressLimits, unparsed: UnparsedBytes) {
    this.#context = {
      maxPipelined: limits.maxPipelinedRequests,
      maxHeaderBytes: limits.maxHeaderBytes,
      unparsed,
      isCrowded: () => this.#waiting >= limits.maxInFlight,
      onWaiting: (change) => {
        this.#waiting += change;
      },
    };
  }

  /**
   * Takes the connections from the server. The function that is returned has the server read one, of which `bytes` have
   * come already.
   */
  takeFrom(server: Server): (socket: Socket, bytes?: Buffer) => void {
    const [serve] = server.listeners('connection');
    if (serve === undefined) throw new Error('the HTTP server takes no connections');
    server.off('connection', serve as (socket: Socket) => void);
    // The parser is gone then, and what comes belongs to whoever handles the event.
    server.prependListener('connect', (_request, socket) => {
      this.#feeds.get(socket)?.stop();
    });
    return (socket, bytes) => {
      serve.call(server, socket);
      // Node's server stops reading the socket itself once there is another listener.
      const parse = socket.listeners('data').at(-1) as (bytes: Buffer) => void;
      const feed = new RequestFeed(socket, parse, this.#context);
      socket.off('data', parse);
      this.#feeds.set(socket, feed);
      socket.resume();
      if (bytes !== undefined) feed.give(bytes);
    };
  }

  /** A request has come. */
  track(exchange: HttpExchange): void {
    this.#feeds.get(exchange.request.socket)?.track(exchange);
  }

  /** The newest request of a connection, answered or not. */
  newestOn(socket: Duplex): HttpExchange | undefined {
    return this.#feeds.get(socket)?.newest;
  }

  /** Whether what is being received there has a request line beyond the limit of headers. */
  isLineTooLong(socket: Duplex): boolean {
    return this.#feeds.get(socket)?.isLineTooLong === true;
  }

  /** Whether a request that has come whole is being served on the connection. */
  isBusy(socket: Duplex): boolean {
    return this.#feeds.get(socket)?.isBusy === true;
  }

  /** Whether nothing has come behind this request on its connection. */
  isNewest({ request, response }: HttpExchange): boolean {
    return this.newestOn(request.socket)?.response === response && request.socket.readableLength === 0;
  }
}
