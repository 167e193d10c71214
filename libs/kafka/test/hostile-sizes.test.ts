import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createProducer, describeTopic, type KafkaProducer } from '../src/index.ts';
import { kafkaSinkError } from '../src/protocol/error-mapping.ts';
import { identifiedMetadataCall, metadataCall } from '../src/protocol/metadata.ts';
import { produceCall } from '../src/protocol/produce.ts';
import { createTopicCall, deleteTopicCall } from '../src/protocol/topics.ts';
import type { Call } from '../src/protocol/call.ts';
import { WireReader } from '../src/protocol/wire-reader.ts';
import { listen } from './fake-broker.ts';
import { framed } from './hostile-faults.ts';
import { connectionTo, sendOne } from './hostile-calls.ts';
import { watchProcess } from './hostile-watch.ts';
import { quietLogger } from './quiet-logger.ts';

/** What one answer may have, and what an honest one never needs. */
const maxAnswerBytes = 4 * 1_048_576;

/** Several times what a machine of today needs for a topic of 100,000 partitions. */
const maxTurnMs = 300;

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    bytes.push(rest > 0x7f ? (rest & 0x7f) | 0x80 : rest);
    if (rest <= 0x7f) return Buffer.from(bytes);
  }
}

/** As many elements as fit into an answer, or `most`; `numberAt` is where each has its own number. */
function filled(
  element: Buffer,
  count: (elements: number) => Buffer,
  { numberAt, most = Infinity }: { readonly numberAt?: number; readonly most?: number } = {},
): Buffer {
  const elements = Math.min(most, Math.floor((maxAnswerBytes - 200) / element.length));
  const all = Buffer.alloc(elements * element.length, element);
  if (numberAt !== undefined)
    for (let index = 0; index < elements; index += 1)
      all.writeInt32BE(index, index * element.length + numberAt);
  return Buffer.concat([count(elements), all]);
}

const compact = (elements: number): Buffer => uvarint(elements + 1);
const noId = '00'.repeat(16);

/** Partitions without a leader and without replicas, behind an honest beginning. */
const leaderless = Buffer.concat([
  hex('00000000 00000000 ffff 00000001 00000001 0000 0006 6f7264657273 00'),
  filled(hex('0000 00000000 ffffffff 00000000 00000000'), int32, { numberAt: 2, most: 100_000 }),
]);

const topic = { topic: 'orders', partitions: 1, replicationFactor: 1 };
const answers: Record<string, [call: Call<unknown>, body: Buffer]> = {
  'brokers, version 4': [
    metadataCall(['orders']),
    Buffer.concat([
      int32(0),
      filled(hex('00000000 0000 00002384 0000'), int32, { numberAt: 0 }),
      hex('ffff 00000001 00000000'),
    ]),
  ],
  'topics with errors, version 4': [
    metadataCall(['orders']),
    Buffer.concat([hex('00000000 00000000 ffff 00000001'), filled(hex('0003 0000 00 00000000'), int32)]),
  ],
  'partitions, version 4': [metadataCall(['orders']), leaderless],
  'topics with errors, version 10': [
    identifiedMetadataCall(['orders']),
    Buffer.concat([
      hex('00000000 01 00 00000001'),
      filled(hex(`0003 01 ${noId} 00 01 00000000 00`), compact),
    ]),
  ],
  'partitions with errors, Produce': [
    produceCall([], 1),
    Buffer.concat([
      hex('00000001 0006 6f7264657273'),
      filled(hex(`00000000 0003 ${'00'.repeat(24)}`), int32, { numberAt: 0 }),
      int32(0),
    ]),
  ],
  'topics, Produce': [produceCall([], 1), Buffer.concat([filled(hex('0000 00000000'), int32), int32(0)])],
  'topics with errors, CreateTopics': [
    createTopicCall(topic, 1),
    Buffer.concat([int32(0), filled(hex(`01 ${noId} 0003 01 00000001 0001 01 00`), compact)]),
  ],
  'topics with errors, DeleteTopics': [
    deleteTopicCall(noId, 1),
    Buffer.concat([int32(0), filled(hex(`01 ${noId} 0003 01 00`), compact)]),
  ],
  'tagged fields': [
    deleteTopicCall(noId, 1),
    Buffer.concat([hex(`00000000 02 01 ${noId} 0003 01`), filled(hex('00 00'), uvarint)]),
  ],
};

describe('the largest answer is read without blocking the event loop:', () => {
  test.each(Object.entries(answers))('%s', (_, [call, body]) => {
    const cpu = process.threadCpuUsage();
    try {
      call.read(new WireReader(body));
    } catch (error) {
      // To refuse it is as good; it is well formed, so not for that.
      expect(String(error)).not.toContain('it ends too early');
    }
    const { user, system } = process.threadCpuUsage(cpu);
    expect((user + system) / 1_000).toBeLessThan(maxTurnMs);
  });
});

describe('a topic of as many partitions as are believed', () => {
  let server: Awaited<ReturnType<typeof listen>>;
  beforeAll(async () => {
    server = await listen((socket) => {
      socket.on('data', (request) =>
        socket.write(framed(Buffer.concat([request.subarray(8, 12), leaderless]))),
      );
    });
  });
  afterAll(() => {
    server.close();
  });

  test('is described', async () => {
    const description = describeTopic({ ...connectionTo(server.port), topic: 'orders', timeoutMs: 20_000 });
    await expect(description).resolves.toMatchObject({ found: true, problem: { code: 'KafkaUnavailable' } });
  });

  test('does not block the event loop while records without keys wait for a leader', async () => {
    const producer: KafkaProducer = createProducer({
      connection: connectionTo(server.port),
      limits: { deliveryTimeoutMs: 2_000, retries: 1 },
      logger: quietLogger,
    });
    const watch = watchProcess();
    watch.begin();
    const codes = await Promise.all(
      Array.from({ length: 2_000 }, () =>
        sendOne(producer, null).catch((error: unknown) => kafkaSinkError(error).code),
      ),
    );
    const { longestTurnMs } = watch.end();
    expect(new Set(codes)).toEqual(new Set(['KafkaUnavailable']));
    expect(longestTurnMs).toBeLessThan(maxTurnMs);
    await producer.close();
  });
});
