import type { Socket } from 'node:net';

/** What answers on a connection is no Kafka broker. */
export class NotKafka extends Error {
  constructor() {
    super('the server does not speak the Kafka protocol');
    this.name = 'NotKafka';
  }
}

/** What brokers allow for a request (`socket.request.max.bytes`); no answer that is asked for here comes near it. */
const maxFrameBytes = 100 * 1_048_576;

/**
 * Breaks the connection when the first answer cannot be a frame of Kafka: it begins with a length, and the text of HTTP or
 * SSH read as one is more than a gigabyte, for which the client would wait. A TLS record is left to the client, which
 * knows it.
 */
export function checkFirstFrame(socket: Socket): void {
  let head = Buffer.alloc(0);
  const onData = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes.subarray(0, 4)]);
    if (head.length < 4) return;
    socket.off('data', onData);
    const isTls = head[0] !== undefined && head[0] >= 0x14 && head[0] <= 0x17 && head[1] === 3;
    if (!isTls && head.readUInt32BE() > maxFrameBytes) socket.destroy(new NotKafka());
  };
  socket.on('data', onData);
}
