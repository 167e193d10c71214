import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Something that takes connections and says nothing, as a firewall or a broker that hangs does. */
export interface SilentServer {
  /** `host:port`. */
  readonly address: string;
  /** How many connections are open now. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. */
export async function startSilentServer(): Promise<SilentServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => sockets.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}
