import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What a {@link TcpProxy} does with bytes. */
export type ProxyMood =
  /** Passes them on. */
  | 'open'
  /** Keeps connections and takes new ones, and passes nothing either way: a partition, as a client sees it. */
  | 'silent'
  /** Passes requests on and swallows the answers: what was asked for happens, and nobody is told. */
  | 'mute';

/** Stands between the clients and one broker. */
export interface TcpProxy {
  readonly port: number;
  setMood(mood: ProxyMood): void;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a free port of 127.0.0.1; `targetPort` is asked for with each connection. */
export async function startTcpProxy(targetPort: () => number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let mood: ProxyMood = 'open';
  const server = createServer((client) => {
    const broker = connect(targetPort(), '127.0.0.1');
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (mood !== 'silent') broker.write(bytes);
    });
    broker.on('data', (bytes) => {
      if (mood === 'open') client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    setMood(next) {
      // What was swallowed cannot be made up for, so no connection outlives it.
      if (mood !== 'open' && next === 'open') cut();
      mood = next;
    },
    cut,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
