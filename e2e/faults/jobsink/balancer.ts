import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A Service in small: connections go to the ready ones in turn, and those that are open stay where they are. */
export interface Balancer {
  readonly url: string;
  add(port: number): void;
  /** Forgets a backend that has ended: its port may be another's next. */
  remove(port: number): void;
  /** Ports that new connections go to now. */
  ready(): readonly number[];
  /** Connections that found no backend, or one that no longer listened. */
  unrouted(): number;
  close(): Promise<void>;
}

/** Asks each backend's readiness, again `pollMs` milliseconds after all have answered. */
export async function startBalancer(pollMs: number): Promise<Balancer> {
  const backends = new Map<number, boolean>();
  const readyPorts = (): number[] => [...backends].filter(([, is]) => is).map(([port]) => port);
  let turn = 0;
  let unrouted = 0;
  let open = true;
  const sockets = new Set<Socket>();
  const pollOne = async (port: number): Promise<void> => {
    const is = await isReady(port);
    if (is !== undefined && backends.has(port)) backends.set(port, is);
  };
  const poll = async (): Promise<void> => {
    while (open) {
      await Promise.all([...backends.keys()].map(pollOne));
      await sleep(pollMs);
    }
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const ports = readyPorts();
    const port = ports[(turn += 1) % Math.max(1, ports.length)];
    if (port === undefined) {
      unrouted += 1;
      client.resetAndDestroy();
      return;
    }
    const backend = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    backend.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED') unrouted += 1;
    });
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
  const polling = poll();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (port) => {
      backends.set(port, false);
    },
    remove: (port) => {
      backends.delete(port);
    },
    ready: readyPorts,
    unrouted: () => unrouted,
    async close() {
      open = false;
      await polling;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Undefined when it did not answer in time: one probe that takes long makes no endpoint unready. */
async function isReady(port: number): Promise<boolean | undefined> {
  return fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 200,
    (error: unknown) => (error instanceof DOMException ? undefined : false),
  );
}
