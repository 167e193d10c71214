import type { Clock, Timer } from '@event-sinks/runtime';
import type { Socket } from 'node:net';
import type { Exchange } from '../exchange.ts';
import type { IngressLimits } from '../types.ts';
import type { UnparsedBytes } from '../unparsed-bytes.ts';
import { answerText } from './answer-text.ts';
import { PlainConnection, type PlainContext } from './plain-connection.ts';

/** What a {@link PlainLane} works with. */
export interface PlainLaneOptions {
  readonly limits: IngressLimits;
  readonly clock: Clock;
  /** Takes a request and answers it, now or later. */
  readonly receive: (exchange: Exchange) => void;
  readonly unparsed: UnparsedBytes;
  /** Has the HTTP server read this connection from now on; `bytes` of its next request have come already. */
  readonly handOver: (socket: Socket, bytes: Buffer | undefined) => void;
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
  readonly #connections = new Map<Socket, PlainConnection>();
  readonly #context: PlainContext;
  readonly #options: PlainLaneOptions;
  #timer: Timer | undefined;

  constructor(options: PlainLaneOptions) {
    const { limits, clock, receive, unparsed, handOver } = options;
    this.#options = options;
    this.#context = {
      limits: {
        maxHeadBytes: Math.min(maxHeadBytes, limits.maxHeaderBytes),
        maxBodyBytes: Math.min(maxBodyBytes, limits.maxEventBytes),
      },
      maxRequests: limits.maxRequestsPerSocket ?? 0,
      clock,
      answers: answerText(() => clock.now(), limits.keepAliveTimeoutMs),
      ...{ receive, unparsed, handOver },
      onLeft: ({ socket }) => {
        this.#connections.delete(socket);
      },
    };
  }

  /** Takes a new connection. */
  take(socket: Socket): void {
    this.#connections.set(socket, new PlainConnection(socket, this.#context));
    this.#timer ??= this.#sweepLater();
  }

  /** Whether a request is being served on the connection. */
  isBusy(socket: Socket): boolean {
    return this.#connections.get(socket)?.isServing === true;
  }

  /** Closes what has been answered and has sent nothing since. */
  closeIdle(): void {
    for (const connection of this.#connections.values()) connection.closeIfIdle();
  }

  /** Cuts every connection. */
  closeAll(): void {
    for (const connection of this.#connections.values()) connection.destroy();
    this.#timer?.cancel();
  }

  #sweepLater(): Timer {
    const { clock, limits } = this.#options;
    return clock.setTimeout(() => {
      this.#timer = undefined;
      const maxIdle = Math.ceil(limits.keepAliveTimeoutMs / sweepMs);
      for (const connection of this.#connections.values()) connection.sweep(maxUnfinishedSweeps, maxIdle);
      if (this.#connections.size > 0) this.#timer = this.#sweepLater();
    }, sweepMs);
  }
}
