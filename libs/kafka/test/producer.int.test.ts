import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestKafka, type TestKafka } from '@event-sinks/testing';
import { createProducer, type KafkaProducer, type TopicRecord } from '../src/index.ts';
import { loopbackGuard } from './loopback-guard.ts';
import { quietLogger } from './quiet-logger.ts';
import { sendAll, type Outcome } from './send-all.ts';

const deliveryTimeoutMs = 5000;

/** Keys, and the partition of 7 that `Utils.toPositive(Utils.murmur2(key)) % 7` of Kafka 4.3.1's Java client gives. */
const javaPartitions: readonly (readonly [string, number])[] = [
  ['', 2],
  ['a', 5],
  ['order-42', 1],
  ['küß', 1],
  ['0', 3],
  ['6ba7b810-9dad-11d1-80b4-00c04fd430c8', 2],
  ['😀', 0],
];

describe('the producer, before a real broker and read back by Java’s console consumer', () => {
  let kafka: TestKafka;
  const open: KafkaProducer[] = [];

  beforeAll(async () => {
    kafka = await startTestKafka({ 'message.max.bytes': '200000' });
  }, 240_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((producer) => producer.close()));
  });
  afterAll(async () => {
    await kafka.close();
  });

  const producer = (): KafkaProducer => {
    const connection = {
      ...{ bootstrapServers: [kafka.bootstrap], clientId: 'contract' },
      addressGuard: loopbackGuard,
    };
    const made = createProducer({ connection, limits: { deliveryTimeoutMs }, logger: quietLogger });
    open.push(made);
    return made;
  };

  test('key, headers and value arrive byte for byte', async () => {
    await kafka.createTopic({ topic: 'bytes', partitions: 3 });
    const binary = Buffer.from([0, 0xff, 0xfe, 0x0a, 0x80]);
    const records: TopicRecord[] = [
      record('bytes', {
        key: 'a',
        value: 'text',
        headers: [
          ['ce_id', '1'],
          ['content-type', 'text/plain'],
        ],
      }),
      {
        topic: 'bytes',
        key: binary,
        value: binary,
        headers: [
          ['ce_x', 'ü'],
          ['ce_y', '€ 𝄞'],
        ],
      },
      record('bytes', { key: null, value: null, headers: [['empty', '']] }),
      record('bytes', {
        key: '',
        value: '',
        headers: [
          ['twice', '1'],
          ['twice', '2'],
          ['__proto__', 'x'],
        ],
      }),
      { ...record('bytes', { key: 't', value: 'timed', headers: [] }), timestamp: 1_700_000_000_123 },
    ];
    const results = await sendAll(producer(), records);
    const stored = await kafka.consume('bytes', records.length);
    expect(stored).toHaveLength(records.length);
    for (const [index, sent] of records.entries()) {
      expect(results[index]).toBe('ok');
      const found = stored.find(({ key, value }) => sameBytes(key, sent.key) && sameBytes(value, sent.value));
      expect(found).toMatchObject({
        key: sent.key,
        value: sent.value,
        headers: sent.headers.map(([name, value]) => [name, Buffer.from(value)]),
      });
    }
    expect(stored.find(({ value }) => value?.toString() === 'timed')?.timestamp).toBe(1_700_000_000_123);
  });

  test('keys go where Java puts them', async () => {
    await kafka.createTopic({ topic: 'java-keys', partitions: 7 });
    const batch = javaPartitions.map(([key]) => record('java-keys', { key, value: 'v' }));
    expect(failures(await sendAll(producer(), batch))).toEqual([]);
    const stored = await kafka.consume('java-keys', batch.length);
    const found = javaPartitions.map(([key]) => stored.find((each) => String(each.key) === key)?.partition);
    expect(found).toEqual(javaPartitions.map(([, at]) => at));
  });

  test('one key keeps its order under concurrency', async () => {
    await kafka.createTopic({ topic: 'order', partitions: 4 });
    const target = producer();
    const sends = range(300).map((n) =>
      sendAll(target, [
        record('order', { key: `k${n % 3}`, value: `${n}` }),
        record('order', { value: 'noise' }),
      ]),
    );
    const results = (await Promise.all(sends)).flat();
    expect(failures(results)).toEqual([]);
    const stored = await kafka.consume('order', results.length);
    for (const key of ['k0', 'k1', 'k2']) {
      const values = stored.filter((each) => each.key?.toString() === key).map((each) => Number(each.value));
      expect(values).toHaveLength(100);
      expect(values).toEqual(values.toSorted((a, b) => a - b));
    }
  });

  test('2,000 records of 64 senders over twelve partitions: none is lost, none is doubled', async () => {
    await kafka.createTopic({ topic: 'many', partitions: 12 });
    const target = producer();
    const numbers = range(2_000).values();
    const sender = async (): Promise<void> => {
      for (const n of numbers)
        await target.send(record('many', { key: `k${n}`, value: `${n}`.padEnd(1_024) }));
    };
    await Promise.all(range(64).map(sender));
    const values = (await kafka.consume('many', 2_000)).map(({ value }) => Number(value));
    expect(values.toSorted((a, b) => a - b)).toEqual(range(2_000));
    expect(await kafka.recordCount('many')).toBe(2_000);
  });

  test('a topic that is not there fails alone and is not created', async () => {
    await kafka.createTopic({ topic: 'there' });
    const results = await sendAll(producer(), [
      record('there', { value: '1' }),
      record('not-there', { value: '2' }),
      record('there', { value: '3' }),
      record('not a topic name', { value: '4' }),
    ]);
    expect(results).toEqual(['ok', 'TopicNotFound', 'ok', 'TopicNotFound']);
    expect(await kafka.listTopics()).not.toContain('not-there');
  });

  test('a record that is too large fails alone', async () => {
    await kafka.createTopic({ topic: 'sizes', partitions: 2 });
    const target = producer();
    const keys = range(12).map((n) => `k${n}`);
    const batch = keys.map((key, n) =>
      record('sizes', { key, value: n === 5 ? 'x'.repeat(300_000) : `${n}` }),
    );
    const results = await sendAll(target, batch);
    expect(results).toEqual(keys.map((_, n) => (n === 5 ? 'EventTooLarge' : 'ok')));
    // The same producer goes on, and nothing it wrote after the refusal is mistaken for a repetition.
    expect(
      failures(
        await sendAll(
          target,
          keys.map((key) => record('sizes', { key, value: 'after' })),
        ),
      ),
    ).toEqual([]);
    expect(await kafka.recordCount('sizes')).toBe(11 + 12);
  });

  test('records that only together are too large all arrive, in their order', async () => {
    await kafka.createTopic({ topic: 'together' });
    const batch = range(10).map((n) => record('together', { key: 'k', value: `${n}${'x'.repeat(60_000)}` }));
    expect(failures(await sendAll(producer(), batch))).toEqual([]);
    const stored = await kafka.consume('together', 10);
    expect(stored.map(({ value }) => Number(value?.toString('utf8', 0, 1)))).toEqual(range(10));
  });

  test('a topic that was deleted and made again is used again by the same producer', async () => {
    await kafka.createTopic({ topic: 'again', partitions: 4 });
    const target = producer();
    expect(
      failures(
        await sendAll(
          target,
          range(20).map((n) => record('again', { key: `${n}`, value: 'old' })),
        ),
      ),
    ).toEqual([]);
    await kafka.deleteTopic('again');
    expect(await sendAll(target, [record('again', { value: 'lost' })])).toEqual(['TopicNotFound']);
    await kafka.createTopic({ topic: 'again', partitions: 2 });
    const batch = range(20).map((n) => record('again', { key: `${n}`, value: 'new' }));
    expect(failures(await sendAll(target, batch))).toEqual([]);
    expect(await kafka.recordCount('again')).toBe(20);
  });

  test('a paused broker: every send settles in time, and what follows is neither dropped nor doubled', async () => {
    await kafka.createTopic({ topic: 'paused' });
    const target = producer();
    expect(failures(await sendAll(target, [record('paused', { key: 'k', value: 'before' })]))).toEqual([]);
    await kafka.pause();
    try {
      const { results, ms } = await timed(() =>
        sendAll(target, [record('paused', { key: 'k', value: 'during' })]),
      );
      expect(results).toEqual(['KafkaUnavailable']);
      expect(ms).toBeLessThan(deliveryTimeoutMs + 500);
    } finally {
      kafka.resume();
    }
    expect(
      failures(await eventually(() => sendAll(target, [record('paused', { key: 'k', value: 'after' })]))),
    ).toEqual([]);
    const stored = await kafka.consume('paused', await kafka.recordCount('paused'));
    const values = stored.map(({ value }) => value?.toString());
    // The one given up may have been stored: its bytes were in the socket. The one acknowledged must be.
    expect(values.filter((value) => value === 'after')).toHaveLength(1);
    expect(values.filter((value) => value === 'during').length).toBeLessThanOrEqual(1);
  });

  test('a stopped broker: fails in time, and recovers by itself', async () => {
    await kafka.createTopic({ topic: 'outage' });
    const target = producer();
    expect(failures(await sendAll(target, [record('outage', { value: 'before' })]))).toEqual([]);
    await kafka.stop();
    for (const send of [1, 2]) {
      const { results, ms } = await timed(() =>
        sendAll(target, [record('outage', { value: `during ${send}` })]),
      );
      expect(results).toEqual(['KafkaUnavailable']);
      expect(ms).toBeLessThan(deliveryTimeoutMs + 500);
    }
    await kafka.start();
    expect(failures(await sendAll(target, [record('outage', { value: 'after' })]))).toEqual([]);
    expect(await kafka.recordCount('outage')).toBe(2);
  });

  test('close finishes what is being sent; later sends fail', async () => {
    await kafka.createTopic({ topic: 'closing' });
    const target = producer();
    const sending = sendAll(target, [record('closing', { value: '1' })]);
    await target.close();
    expect(failures(await sending)).toEqual([]);
    expect(await sendAll(target, [record('closing', { value: '2' })])).toEqual(['KafkaUnavailable']);
  });
});

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

function record(
  topic: string,
  parts: { key?: string | null; value: string | null; headers?: [string, string][] },
): TopicRecord {
  const bytes = (text: string | null | undefined) =>
    text === null || text === undefined ? null : Buffer.from(text);
  return { topic, key: bytes(parts.key), value: bytes(parts.value), headers: parts.headers ?? [] };
}

const failures = (results: readonly Outcome[]): Outcome[] => results.filter((each) => each !== 'ok');

const sameBytes = (left: Buffer | null, right: Buffer | null): boolean =>
  left === null || right === null ? left === right : left.equals(right);

async function timed(send: () => Promise<readonly Outcome[]>) {
  const begun = performance.now();
  const results = await send();
  return { results, ms: performance.now() - begun };
}

/** As a Knative sender does: again, until it is accepted. */
async function eventually(send: () => Promise<readonly Outcome[]>): Promise<readonly Outcome[]> {
  for (let attempt = 1; ; attempt += 1) {
    const results = await send();
    if (failures(results).length === 0 || attempt === 5) return results;
  }
}
