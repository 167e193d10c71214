import type { Socket } from 'node:net';

/**
 * The requests that are being received or reviewed, one for each connection. A connection is known by its peer, because a
 * TLS socket and the socket below it are two objects.
 */
export class RequestsUnderWay {
  /** Whether the request of a peer has come whole. */
  readonly #received = new Map<string, boolean>();

  /** A request begins. Returns the function that ends it, or `undefined` when there is one on this connection already. */
  begin(socket: Socket): (() => void) | undefined {
    const peer = peerOf(socket);
    if (this.#received.has(peer)) return undefined;
    this.#received.set(peer, false);
    return () => {
      this.#received.delete(peer);
    };
  }

  /** It has come whole. */
  received(socket: Socket): void {
    this.#received.set(peerOf(socket), true);
  }

  /** Whether a request that has come whole is being reviewed. */
  isReviewing(socket: Socket): boolean {
    return this.#received.get(peerOf(socket)) === true;
  }
}

function peerOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
