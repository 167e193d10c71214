import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and the broker that it asks first, and counts. */
export interface CountingProxy {
  /** `host:port`. */
  readonly address: string;
  /** Connections that were ever made through it. */
  connections(): number;
  close(): Promise<void>;
}

/** Passes everything on to `upstream`, or, without one, swallows it and never answers. */
export async function startCountingProxy(upstream?: string): Promise<CountingProxy> {
  const sockets = new Set<Socket>();
  let count = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  };
  const server = createServer((client) => {
    count += 1;
    keep(client);
    if (upstream === undefined) {
      client.resume();
      return;
    }
    const [host = '', port] = upstream.split(':');
    const broker = connect(Number(port), host);
    keep(broker);
    client.pipe(broker).pipe(client);
    client.on('close', () => broker.destroy());
    broker.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => count,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
