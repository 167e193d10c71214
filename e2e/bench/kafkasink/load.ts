import { connect, type Socket } from 'node:net';
import { answerWith } from './asked-program.ts';

/** What to send, how, and for how long. */
export interface Load {
  readonly port: number;
  readonly connections: number;
  /** Paths of sinks; events take turns. */
  readonly paths: readonly string[];
  /** Events in one request; 1 means binary mode. */
  readonly eventsPerRequest: number;
  readonly seconds: number;
}

/** What came of it. Times are those of single requests. */
export interface LoadResult {
  readonly events: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** So many different keys, and at least one request for each path. */
const keys = 1_000;
const payload = 'x'.repeat(1_024);

answerWith(run);

async function run({ port, connections, paths, eventsPerRequest, seconds }: Load): Promise<LoadResult> {
  const count = eventsPerRequest === 1 ? Math.max(keys, paths.length) : 10;
  const requests = Array.from({ length: count }, (_, index) => {
    const path = paths[index % paths.length] ?? '/';
    return eventsPerRequest === 1 ? single(path, index) : batch(path, eventsPerRequest, index);
  });
  const durations: number[] = [];
  let next = 0;
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  const worker = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      const send = (): void => {
        sentAt = performance.now();
        if (sentAt >= end) {
          socket.destroy();
          resolve();
          return;
        }
        socket.write(requests[next++ % count] ?? '');
      };
      // One request is under way on a connection, and an answer without a body comes in one piece.
      socket.on('data', (bytes) => {
        if (bytes.toString('latin1', 9, 12) !== '202') {
          reject(new Error(`answered ${bytes.toString('latin1', 0, 200)}`));
          return;
        }
        durations.push(performance.now() - sentAt);
        send();
      });
      socket.on('error', reject);
      socket.on('connect', send);
    });
  const sockets = Array.from({ length: connections }, () =>
    connect({ port, host: '127.0.0.1', noDelay: true }),
  );
  await Promise.all(sockets.map(worker));
  const took = (performance.now() - begun) / 1_000;
  const sorted = Float64Array.from(durations).sort();
  const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? 0;
  return { events: durations.length * eventsPerRequest, seconds: took, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function single(path: string, index: number): Buffer {
  return request(path, payload, [
    'content-type: text/plain',
    'ce-specversion: 1.0',
    'ce-type: bench.kafkasink',
    'ce-source: /bench/kafkasink',
    `ce-id: ${index}`,
    `ce-partitionkey: key-${index}`,
  ]);
}

function batch(path: string, size: number, index: number): Buffer {
  const events = Array.from({ length: size }, (_, place) => ({
    specversion: '1.0',
    type: 'bench.kafkasink',
    source: '/bench/kafkasink',
    id: `${index}-${place}`,
    partitionkey: `key-${index * size + place}`,
    datacontenttype: 'text/plain',
    data: payload,
  }));
  return request(path, JSON.stringify(events), ['content-type: application/cloudevents-batch+json']);
}

function request(path: string, body: string, headers: readonly string[]): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: bench',
    ...headers,
    `content-length: ${body.length}`,
    '',
    body,
  ];
  return Buffer.from(lines.join('\r\n'));
}
