import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { WireWriter } from '../src/protocol/wire-writer.ts';

/** What a broker says about itself and a topic. */
export interface FakeMetadata {
  readonly brokers: readonly { readonly id: number; readonly host: string; readonly port: number }[];
  /** The leader of each partition; -1 for none. */
  readonly leaders: readonly number[];
}

/** A broker that answers questions about topics (version 4) with whatever it is told to, for what no real one says. */
export interface FakeBroker {
  readonly port: number;
  metadata: FakeMetadata;
  /** Connections so far. */
  connections: number;
  close(): void;
}

/** Listens on a free port of 127.0.0.1. */
export async function startFakeBroker(): Promise<FakeBroker> {
  const server = await listen((socket) => {
    broker.connections += 1;
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
        const length = 4 + received.readInt32BE();
        socket.write(answer(received.readInt32BE(8), topicIn(received.subarray(0, length)), broker.metadata));
        received = received.subarray(length);
      }
    });
  });
  const broker: FakeBroker = {
    port: server.port,
    metadata: { brokers: [], leaders: [] },
    connections: 0,
    close: server.close,
  };
  return broker;
}

/** A server on a free port of 127.0.0.1 that treats each connection as told. */
export async function listen(
  onConnection: (socket: Socket) => void,
  make: (listener: (socket: Socket) => void) => Server = createServer,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const sockets = new Set<Socket>();
  const server = make((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Behind the header (key, version, correlation id, client id) and the number of topics. */
function topicIn(request: Buffer): string {
  const clientIdLength = request.readInt16BE(12);
  const at = 14 + clientIdLength + 4;
  return request.subarray(at + 2, at + 2 + request.readInt16BE(at)).toString();
}

/** Metadata of version 4. */
function answer(correlationId: number, topic: string, { brokers, leaders }: FakeMetadata): Buffer {
  const writer = new WireWriter().int32(correlationId).int32(0).int32(brokers.length);
  for (const { id, host, port } of brokers) writer.int32(id).string(host).int32(port).string(null);
  writer.string(null).int32(1).int32(1);
  writer.int16(0).string(topic).boolean(false).int32(leaders.length);
  for (const [index, leader] of leaders.entries()) {
    writer.int16(leader < 0 ? 5 : 0).int32(index);
    writer.int32(leader).int32(1).int32(1).int32(1).int32(1);
  }
  return Buffer.concat(writer.frame());
}
