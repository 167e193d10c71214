import { createServer, type IncomingMessage } from 'node:http';
import { createAddressGuard, createProducer } from '@event-sinks/kafka';
import { loopbackAddresses, recordingLogger } from '@event-sinks/testing';

/** Node's own HTTP server before the producer: each body is one record, sent by itself and at once. Nothing is checked. */
const { PORT, BOOTSTRAP = '', TOPIC = '' } = process.env;
const producer = createProducer({
  connection: {
    ...{ bootstrapServers: [BOOTSTRAP], clientId: 'unbatched' },
    addressGuard: createAddressGuard({ allowed: loopbackAddresses }),
  },
  logger: recordingLogger(),
});

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    void store(request, Buffer.concat(chunks)).then((status) => {
      response.writeHead(status, { 'content-length': 0 });
      response.end();
    });
  });
});

server.listen(Number(PORT), '127.0.0.1');

function store({ headers }: IncomingMessage, value: Buffer): Promise<number> {
  const key = Buffer.from(String(headers['ce-partitionkey']));
  return producer.send({ topic: TOPIC, key, value, headers: [] }).then(
    () => 202,
    () => 503,
  );
}
