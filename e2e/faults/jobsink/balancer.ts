import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A Service in small: connections go to the ready ones in turn, and those that are open stay where they are. */
export interface Balancer {
  readonly url: string;
  add(port: number): void;
  /** Ports that new connections go to now. */
  ready(): readonly number[];
  close(): Promise<void>;
}

/** Asks each backend's readiness every `pollMs` milliseconds. */
export async function startBalancer(pollMs: number): Promise<Balancer> {
  const backends = new Set<number>();
  let ready: number[] = [];
  let turn = 0;
  const sockets = new Set<Socket>();
  const poll = async (): Promise<void> => {
    const asked = await Promise.all([...backends].map(async (port) => ({ port, is: await isReady(port) })));
    ready = asked.filter(({ is }) => is).map(({ port }) => port);
  };
  const timer = setInterval(() => void poll(), pollMs);
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const port = ready[(turn += 1) % Math.max(1, ready.length)];
    if (port === undefined) {
      client.resetAndDestroy();
      return;
    }
    const backend = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [client, backend]) sockets.add(socket);
    join(client, backend);
    join(backend, client);
  });
  const join = (from: Socket, to: Socket): void => {
    from.pipe(to);
    // A reset on one side is one on the other, or the sender would not see what it is here to see.
    from.on('error', () => to.resetAndDestroy());
    from.once('close', () => sockets.delete(from));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (port) => {
      backends.add(port);
    },
    ready: () => ready,
    async close() {
      clearInterval(timer);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 200,
    () => false,
  );
}
