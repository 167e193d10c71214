import type { Duplex } from 'node:stream';
import type { HttpExchange } from './http-exchange.ts';

/**
 * Remembers the newest request of each connection.
 *
 * Answers leave a connection in the order of its requests, and one that closes it takes every later one with
 * it; so only the newest may close, and what is said beside HTTP must wait until the newest is answered.
 */
export class Connections {
  readonly #newest = new WeakMap<Duplex, HttpExchange>();

  /** A request has come. */
  track(exchange: HttpExchange): void {
    this.#newest.set(exchange.request.socket, exchange);
  }

  /** The newest request of a connection, answered or not. */
  newestOn(socket: Duplex): HttpExchange | undefined {
    return this.#newest.get(socket);
  }

  /** Whether no later request has come on the same connection. */
  isNewest(exchange: HttpExchange): boolean {
    return this.#newest.get(exchange.request.socket)?.response === exchange.response;
  }
}
