import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** Opens a client's sockets, until it is shut for good. */
export interface SocketGate {
  readonly open: ISocketFactory;
  /** Breaks every socket and lets none be opened again. */
  shut(): void;
}

/** What kafkajs is told about a socket that was broken or refused on purpose. */
export const givenUp = 'the client was given up';

const keepAliveMs = 60_000;

/**
 * kafkajs cannot be stopped: a send that was given up goes on retrying behind our back, reconnecting after its
 * producer was disconnected, and would write an event that its sender was told is not stored after a newer one
 * of the same key. Without sockets it ends.
 */
export function socketGate(): SocketGate {
  const sockets = new Set<Socket>();
  let isShut = false;
  return {
    open({ host, port, ssl, onConnect }) {
      if (isShut) throw new Error(givenUp);
      const address = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
      // kafkajs hands on its `ssl` setting, which is absent without TLS, whatever its types say.
      const tls = ssl as ConnectionOptions | undefined;
      // RFC 6066: a server name is no address.
      const socket = tls
        ? connectTls({ ...tls, ...address, ...(isIP(host) ? {} : { servername: host }) }, onConnect)
        : connect(address, onConnect);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    shut() {
      isShut = true;
      // With an error: kafkajs listens for that and for the other side's end, not for a mere close.
      for (const socket of sockets) socket.destroy(new Error(givenUp));
    },
  };
}
