import { connect, type Socket } from 'node:net';

/**
 * Whether a broker answers a metadata request and counts so many brokers as alive, by default one: itself. A broker opens
 * its port before the controller lets it serve, so neither a connection nor an ApiVersions answer is enough.
 */
export async function brokerAnswers(
  host: string,
  port: number,
  { timeoutMs = 1000, brokers = 1 }: { timeoutMs?: number; brokers?: number } = {},
): Promise<boolean> {
  const socket = connect({ host, port });
  socket.setTimeout(timeoutMs, () => socket.destroy());
  try {
    socket.write(metadataRequest());
    return liveBrokers(await firstBytes(socket, 12)) >= brokers;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Metadata v1 for no topic: https://kafka.apache.org/protocol#The_Messages_Metadata */
export function metadataRequest(): Buffer {
  const clientId = Buffer.from('probe');
  const body = Buffer.alloc(2 + 2 + 4 + 2 + clientId.length + 4);
  body.writeInt16BE(3, 0);
  body.writeInt16BE(1, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(clientId.length, 8);
  clientId.copy(body, 10);
  body.writeInt32BE(0, 10 + clientId.length);
  const frame = Buffer.alloc(4);
  frame.writeInt32BE(body.length, 0);
  return Buffer.concat([frame, body]);
}

/** How many brokers the answer lists: after size and correlation id comes the length of that array. */
export function liveBrokers(answer: Buffer): number {
  return answer.length < 12 ? 0 : answer.readInt32BE(8);
}

async function firstBytes(socket: Socket, wanted: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(chunks);
}
