import { SinkError, type ErrorCode } from '@event-sinks/errors';
import type { Clock } from '@event-sinks/runtime';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Connections } from './connections.ts';
import { ClientGone } from './exchange.ts';
import { maxTargetLength } from './framing.ts';
import type { IngressMetrics } from './ingress-metrics.ts';
import { lingerMs } from './linger.ts';
import { refusalAnswer, sinkMethods } from './replies.ts';

/** What Node adds to an error of its HTTP parser. */
type ParserError = Error & { readonly code?: string; readonly rawPacket?: Buffer };

const codeOf: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'HeadersTooLarge',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'EventTooLarge',
  ERR_HTTP_REQUEST_TIMEOUT: 'RequestTimeout',
};

/** What {@link BrokenRequests} needs. */
export interface BrokenRequestsContext {
  readonly connections: Connections;
  readonly metrics: IngressMetrics;
  readonly clock: Clock;
  readonly maxHeaderBytes: number;
}

/** Answers what never became a request that Node hands over, or stopped being one halfway. */
export class BrokenRequests {
  readonly #connections: Connections;
  readonly #metrics: IngressMetrics;
  readonly #clock: Clock;
  readonly #maxHeaderBytes: number;
  /** A parser that has failed fails again with every further byte; one answer is enough. */
  readonly #refused = new WeakSet<Duplex>();

  constructor(context: BrokenRequestsContext) {
    this.#connections = context.connections;
    this.#metrics = context.metrics;
    this.#clock = context.clock;
    this.#maxHeaderBytes = context.maxHeaderBytes;
  }

  /** Handler of the server's `clientError`. */
  readonly onClientError = (error: ParserError, socket: Duplex): void => {
    if (this.#refused.has(socket)) return;
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    this.#refused.add(socket);
    if (error.code === 'HPE_INVALID_EOF_STATE') this.#endInTurn(socket);
    else this.#refuseInTurn(socket, this.#refusalFor(error, socket));
  };

  /** Handler of the server's `connect`: this is no proxy. */
  readonly onConnect = (_request: unknown, socket: Duplex): void => {
    this.#refused.add(socket);
    socket.on('error', () => socket.destroy());
    this.#refuseRaw(socket, new SinkError('MethodNotAllowed'));
  };

  /** The refusal is for the newest request or what follows it; answers to earlier ones leave first. */
  #refuseInTurn(socket: Duplex, error: SinkError): void {
    const newest = this.#connections.newestOn(socket);
    if (newest === undefined) {
      this.#refuseRaw(socket, error);
    } else if (!newest.request.complete) {
      newest.broken = true;
      // Refused before its body came: that answer is on its way and stays the only one.
      if (newest.response.headersSent) newest.response.end();
      // An event is always answered, and the answer to a broken one ends its connection.
      else if (newest.request.method === 'POST') newest.interrupt(error);
      else socket.destroy();
    } else {
      afterAnswer(newest.response, () => {
        this.#refuseRaw(socket, error);
      });
    }
  }

  /** The client ended its side in the middle of a request: that one is not acted upon, those before it are answered. */
  #endInTurn(socket: Duplex): void {
    const newest = this.#connections.newestOn(socket);
    const end = (): void => {
      socket.destroy();
    };
    if (newest === undefined) end();
    else if (newest.request.complete) afterAnswer(newest.response, () => socket.end());
    // Refused before its body came: that answer is on its way.
    else if (newest.response.headersSent) newest.response.end();
    else {
      newest.interrupt(new ClientGone());
      // The answers leave in order, and with the socket comes the turn.
      if (newest.response.socket === null) newest.response.once('socket', end);
      else end();
    }
  }

  /** Node counts the request line as a header and does not tell which of them was too long. */
  #refusalFor(error: ParserError, socket: Duplex): SinkError {
    const code = codeOf[error.code ?? ''] ?? 'MalformedRequest';
    if (code !== 'HeadersTooLarge') return new SinkError(code);
    return this.#connections.isLineTooLong(socket)
      ? new SinkError('UriTooLong', { facts: { problem: 'targetTooLong', limit: maxTargetLength } })
      : new SinkError(code, { facts: { problem: 'headersTooLarge', limit: this.#maxHeaderBytes } });
  }

  #refuseRaw(socket: Duplex, error: SinkError): void {
    this.#metrics.refused(error.code);
    if (socket.writable) socket.end(rawRefusal(error));
    const timer = this.#clock.setTimeout(() => socket.destroy(), lingerMs);
    socket.once('close', () => {
      timer.cancel();
    });
  }
}

function afterAnswer(response: ServerResponse, act: () => void): void {
  if (response.writableFinished) act();
  else response.once('close', act);
}

function rawRefusal(error: SinkError): string {
  const { status, headers, body = '' } = refusalAnswer(error, error.status === 405 ? sinkMethods : []);
  const pairs = ['Connection', 'close', ...headers];
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let index = 0; index < pairs.length; index += 2)
    lines.push(`${pairs[index] ?? ''}: ${pairs[index + 1] ?? ''}`);
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
