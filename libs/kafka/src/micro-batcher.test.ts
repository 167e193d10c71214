import { describe, expect, test } from '@jest/globals';
import { SinkError } from '@event-sinks/errors';
import { microBatcher, type MicroBatcherOptions } from './micro-batcher.ts';
import { recordBytes, type SendResult, type TopicRecord } from './records.ts';

const record = (value: string): TopicRecord => ({
  topic: 't',
  key: null,
  value: Buffer.from(value),
  headers: [],
});
const valueOf = (each: TopicRecord): string => each.value?.toString() ?? '';

/** A send whose end the test decides. */
function controlledSend() {
  const batches: string[][] = [];
  const pending: { resolve: (results: SendResult[]) => void; reject: (error: unknown) => void }[] = [];
  return {
    batches,
    send: (batch: readonly TopicRecord[]): Promise<readonly SendResult[]> => {
      batches.push(batch.map(valueOf));
      return new Promise((resolve, reject) => pending.push({ resolve, reject }));
    },
    /** Acknowledges the oldest batch in flight and lets the batcher go on. */
    acknowledge: async (): Promise<void> => {
      const size = batches[batches.length - pending.length]?.length ?? 0;
      pending
        .shift()
        ?.resolve(Array.from({ length: size }, (_, offset) => ({ ok: true, partition: 0, offset })));
      await turn();
    },
    fail: async (error: unknown): Promise<void> => {
      pending.shift()?.reject(error);
      await turn();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function batcherWith(limits: Partial<MicroBatcherOptions> = {}) {
  const controlled = controlledSend();
  const unlimited = { maxBatchRecords: 1000, maxBatchBytes: 1e9, maxQueued: 1000, maxQueuedBytes: 1e9 };
  return { ...controlled, batcher: microBatcher({ send: controlled.send, ...unlimited, ...limits }) };
}

describe('microBatcher', () => {
  test('when idle, what is added in one go is sent at once', async () => {
    const { batcher, batches } = batcherWith();
    void batcher.add(record('a'));
    void batcher.add(record('b'));
    await turn();
    expect(batches).toEqual([['a', 'b']]);
  });

  test('what comes while a batch is in flight is the next batch, in its order', async () => {
    const { batcher, batches, acknowledge } = batcherWith();
    void batcher.add(record('a'));
    await turn();
    void batcher.add(record('b'));
    await turn();
    void batcher.add(record('c'));
    await turn();
    expect(batches).toEqual([['a']]);
    await acknowledge();
    expect(batches).toEqual([['a'], ['b', 'c']]);
    await acknowledge();
    void batcher.add(record('d'));
    await turn();
    expect(batches).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  test('each record gets its own result', async () => {
    const { batcher, acknowledge } = batcherWith();
    const results = Promise.all([batcher.add(record('a')), batcher.add(record('b'))]);
    await turn();
    await acknowledge();
    expect(await results).toEqual([
      { ok: true, partition: 0, offset: 0 },
      { ok: true, partition: 0, offset: 1 },
    ]);
  });

  test('a batch ends at the number of records and of bytes; a larger record goes alone', async () => {
    const small = recordBytes(record('a'));
    const { batcher, batches, acknowledge } = batcherWith({
      maxBatchRecords: 2,
      maxBatchBytes: 2 * small + 10,
    });
    for (const value of ['a', 'b', 'c', 'x'.repeat(500), 'd']) void batcher.add(record(value));
    for (let i = 0; i < 4; i += 1) {
      await turn();
      await acknowledge();
    }
    expect(batches.map((batch) => batch.map((value) => value[0]))).toEqual([['a', 'b'], ['c'], ['x'], ['d']]);
  });

  test('a full queue refuses at once, and takes again when there is room', async () => {
    const { batcher, acknowledge } = batcherWith({ maxQueued: 2 });
    void batcher.add(record('in flight'));
    await turn();
    void batcher.add(record('1'));
    void batcher.add(record('2'));
    expect(await batcher.add(record('3'))).toMatchObject({
      ok: false,
      error: { code: 'Overloaded', status: 429 },
    });
    await acknowledge();
    const accepted = batcher.add(record('4'));
    await acknowledge();
    await acknowledge();
    expect(await accepted).toMatchObject({ ok: true });
  });

  test('the queue is bounded in bytes, but one record always fits', async () => {
    const { batcher } = batcherWith({ maxQueuedBytes: 100 });
    void batcher.add(record('x'.repeat(500)));
    const refused = batcher.add(record('y'));
    expect(batcher.queued()).toEqual({ records: 1, bytes: recordBytes(record('x'.repeat(500))) });
    expect(await refused).toMatchObject({ ok: false, error: { code: 'Overloaded' } });
    await turn();
    expect(batcher.queued()).toEqual({ records: 0, bytes: 0 });
  });

  test('a send that throws fails its records and not the next batch', async () => {
    const { batcher, batches, fail, acknowledge } = batcherWith();
    const failed = batcher.add(record('a'));
    await turn();
    const next = batcher.add(record('b'));
    await fail(new SinkError('KafkaUnavailable'));
    expect(await failed).toMatchObject({ ok: false, error: { code: 'KafkaUnavailable' } });
    await acknowledge();
    expect(await next).toMatchObject({ ok: true });
    expect(batches).toEqual([['a'], ['b']]);
  });

  test('a record without a result is a bug, and answered', async () => {
    const batcher = microBatcher({
      ...{
        send: () => Promise.resolve([]),
        maxBatchRecords: 1,
        maxBatchBytes: 1,
        maxQueued: 1,
        maxQueuedBytes: 1,
      },
    });
    expect(await batcher.add(record('a'))).toMatchObject({ ok: false, error: { code: 'InternalError' } });
  });
});

test('a record whose deadline passes while it waits is not sent, and those around it are', async () => {
  const sent: string[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const batcher = microBatcher({
    send: async (batch) => {
      sent.push(...batch.map(({ value }) => value?.toString() ?? ''));
      await gate;
      return batch.map(() => ({ ok: true, partition: 0, offset: 0 }));
    },
    maxBatchRecords: 10,
    maxBatchBytes: 10_000,
    maxQueued: 10,
    maxQueuedBytes: 10_000,
  });
  const record = (value: string) => ({ topic: 't', key: null, value: Buffer.from(value), headers: [] });
  const late = new AbortController();
  const first = batcher.add(record('first'));
  await new Promise((resolve) => setImmediate(resolve));
  const waiting = [batcher.add(record('late'), late.signal), batcher.add(record('next'))] as const;
  late.abort();
  release();
  expect(await first).toMatchObject({ ok: true });
  expect(await waiting[0]).toMatchObject({ ok: false, error: { code: 'DeadlineExceeded' } });
  expect(await waiting[1]).toMatchObject({ ok: true });
  expect(sent).toEqual(['first', 'next']);
});
