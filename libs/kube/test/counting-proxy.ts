import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Passes bytes on, to and from one port of 127.0.0.1, and counts the connections; TLS goes through untouched. */
export interface CountingProxy {
  readonly port: number;
  /** Connections since the start. */
  opened(): number;
  /** The most that were open at once. */
  most(): number;
  close(): Promise<void>;
}

export async function startCountingProxy(targetPort: number): Promise<CountingProxy> {
  const open = new Set<Socket>();
  let opened = 0;
  let most = 0;
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    opened += 1;
    open.add(client);
    most = Math.max(most, open.size);
    const end = (): void => {
      open.delete(client);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    opened: () => opened,
    most: () => most,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}
