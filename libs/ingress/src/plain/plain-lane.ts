import type { Clock, Timer } from '@event-sinks/runtime';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';
import type { IngressLimits } from '../types.ts';
import { answerText } from './answer-text.ts';
import { PlainConnection, type PlainContext } from './plain-connection.ts';

/** What a {@link PlainLane} works with. */
export interface PlainLaneOptions {
  readonly limits: IngressLimits;
  readonly clock: Clock;
  /** Takes a request and answers it, now or later. */
  readonly receive: (exchange: Exchange) => void;
}

/** Larger heads and bodies gain nothing here: the cost of their bytes is the same in Node's server. */
const maxHeadBytes = 8_192;
const maxBodyBytes = 65_536;

const sweepMs = 50;
/** The rest of a request that takes longer than this is awaited by Node's server, with its deadlines. */
const maxUnfinishedSweeps = 2;

/**
 * Reads plain requests straight from the sockets of an HTTP server, and leaves everything else to that server.
 *
 * Node's objects for a request and its answer cost more than all the rest of an event's way, and nothing of what they
 * can do is needed for a POST with a known length. See docs/adr/0013-plain-requests-beside-node.md.
 */
export class PlainLane {
  readonly #connections = new Set<PlainConnection>();
  readonly #context: PlainContext;
  readonly #options: PlainLaneOptions;
  #timer: Timer | undefined;

  constructor(server: Server, options: PlainLaneOptions) {
    const { limits, clock, receive } = options;
    this.#options = options;
    const [serve] = server.listeners('connection');
    if (serve === undefined) throw new Error('the HTTP server takes no connections');
    this.#context = {
      limits: {
        maxHeadBytes: Math.min(maxHeadBytes, limits.maxHeaderBytes),
        maxBodyBytes: Math.min(maxBodyBytes, limits.maxEventBytes),
      },
      maxRequests: limits.maxRequestsPerSocket ?? 0,
      clock,
      answers: answerText(() => clock.now(), limits.keepAliveTimeoutMs),
      receive,
      handOver: (socket, bytes) => {
        serve.call(server, socket);
        // The parser takes what has come before it from the event, and what comes next from the socket itself.
        if (bytes !== undefined) socket.emit('data', bytes);
        socket.resume();
      },
      onLeft: (connection) => {
        this.#connections.delete(connection);
      },
    };
    server.off('connection', serve as (socket: Socket) => void);
    server.on('connection', (socket: Socket) => {
      this.#take(socket);
    });
  }

  /** Closes what has been answered and has sent nothing since. */
  closeIdle(): void {
    for (const connection of this.#connections) connection.closeIfIdle();
  }

  /** Cuts every connection. */
  closeAll(): void {
    for (const connection of this.#connections) connection.destroy();
    this.#timer?.cancel();
  }

  #take(socket: Socket): void {
    this.#connections.add(new PlainConnection(socket, this.#context));
    this.#timer ??= this.#sweepLater();
  }

  #sweepLater(): Timer {
    const { clock, limits } = this.#options;
    return clock.setTimeout(() => {
      this.#timer = undefined;
      const maxIdle = Math.ceil(limits.keepAliveTimeoutMs / sweepMs);
      for (const connection of this.#connections) connection.sweep(maxUnfinishedSweeps, maxIdle);
      if (this.#connections.size > 0) this.#timer = this.#sweepLater();
    }, sweepMs);
  }
}
