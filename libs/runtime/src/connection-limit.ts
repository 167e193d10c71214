import type { Socket } from 'node:net';

/** What a {@link ConnectionLimit} works with. */
export interface ConnectionLimitOptions {
  /** Connections at a time. */
  readonly max: number;
  /** Connections from one address; no limit by default. */
  readonly maxPerPeer?: number;
  /** Whether a request that has come whole is being served on the connection. */
  readonly isBusy: (socket: Socket) => boolean;
  /** Called when a connection was closed for the sake of the limit. */
  readonly onCut: () => void;
}

/**
 * Bounds the connections of a process. At the limit, the peer with the most of them loses its oldest on which nothing is
 * served. So a peer that opens connections without end closes its own, and others can still connect.
 */
export class ConnectionLimit {
  readonly #options: ConnectionLimitOptions;
  readonly #peers = new Map<string, Set<Socket>>();
  #count = 0;

  constructor(options: ConnectionLimitOptions) {
    this.#options = options;
  }

  /** Connections that are open now. */
  get count(): number {
    return this.#count;
  }

  /** Takes a new connection; false when it was closed instead. */
  take(socket: Socket): boolean {
    const address = socket.remoteAddress ?? '';
    if (!this.#makeRoomFor(address)) {
      socket.destroy();
      this.#options.onCut();
      return false;
    }
    const peer = this.#peers.get(address) ?? new Set();
    this.#peers.set(address, peer.add(socket));
    this.#count += 1;
    socket.once('close', () => {
      this.#remove(address, socket);
    });
    return true;
  }

  #makeRoomFor(newcomer: string): boolean {
    const { max, maxPerPeer = Infinity } = this.#options;
    if ((this.#peers.get(newcomer)?.size ?? 0) >= maxPerPeer) return this.#cutOneOf(newcomer);
    return this.#count < max || this.#cutOneOf(this.#largestPeer(newcomer));
  }

  #cutOneOf(address: string): boolean {
    for (const socket of this.#peers.get(address) ?? []) {
      if (this.#options.isBusy(socket)) continue;
      this.#remove(address, socket);
      socket.destroy();
      this.#options.onCut();
      return true;
    }
    return false;
  }

  #largestPeer(newcomer: string): string {
    let largest = newcomer;
    let size = this.#peers.get(newcomer)?.size ?? 0;
    for (const [address, peer] of this.#peers) {
      if (peer.size <= size) continue;
      largest = address;
      ({ size } = peer);
    }
    return largest;
  }

  #remove(address: string, socket: Socket): void {
    const peer = this.#peers.get(address);
    if (peer?.delete(socket) !== true) return;
    this.#count -= 1;
    if (peer.size === 0) this.#peers.delete(address);
  }
}
