import { describe, expect, test } from '@jest/globals';
import { connectionClosed, ModelQueue } from '../../test/model-queue.ts';

const limits = { retries: 2, retryPauseMs: 100, maxRetryPauseMs: 150 };

describe('a retriable failure', () => {
  test('in the middle sends the rest again in its order, with the same bytes', async () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b, c] = model.sendEach('a', 'b', 'c');
    model.queue.acknowledge(a!.batch);
    model.fail(b!, 'NOT_ENOUGH_REPLICAS');
    model.add('d');
    expect(model.queue.isReady()).toBe(false);
    model.fail(c!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    await model.wake();
    const again = model.send()!;
    expect(again.bytes).toBe(b!.bytes);
    expect(model.send()).toBeUndefined();
    model.queue.acknowledge(again.batch);
    expect(model.drain()).toEqual(['0/3 c', '0/4 d']);
    expect(model.decided).toEqual(Array(5).fill('acknowledged'));
  });

  test('waits until all batches in flight are answered', () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b, c] = model.sendEach('a', 'b', 'c');
    model.fail(b!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    model.queue.acknowledge(a!.batch);
    expect([model.queue.isReady(), model.send()]).toEqual([false, undefined]);
    model.fail(c!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(model.drain()).toEqual(['0/2 b', '0/3 c']);
  });

  test('pauses longer each time, asks for the leaders, and then ends the batch', async () => {
    const model = new ModelQueue(limits);
    const pauses: number[] = [];
    model.add('a');
    for (let attempt = 0; attempt <= limits.retries; attempt += 1) {
      model.fail(model.send()!, connectionClosed());
      expect(model.queue.isReady()).toBe(false);
      pauses.push(...model.pauses);
      await model.wake();
    }
    expect([pauses, model.refreshes]).toEqual([[100, 150], 2]);
    expect([model.results, model.decided]).toEqual([{ a: 'KafkaUnavailable' }, ['KafkaUnavailable']]);
    model.add('b');
    expect(model.drain()).toEqual(['1/0 b']);
  });

  test('of a batch without numbers leaves it free for any', async () => {
    const model = new ModelQueue(limits);
    model.add('a');
    model.queue.fail(model.queue.take(0)!, connectionClosed());
    await model.wake();
    model.fail(model.send()!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(model.drain()).toEqual(['1/0 a']);
  });

  test('of the last of several batches in flight keeps the acknowledged ones', async () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b] = model.sendEach('a', 'b');
    model.fail(b!, connectionClosed());
    model.queue.acknowledge(a!.batch);
    await model.wake();
    expect(model.drain()).toEqual(['0/2 b']);
  });
});

describe('a refusal of the content', () => {
  test('halves the batch until the one record is found, and stores the others in order', () => {
    const model = new ModelQueue(limits).confirm();
    for (const name of ['a', 'b', 'c', 'd', 'e']) model.add(name);
    const texts: string[] = [];
    for (let sent = model.send(); sent !== undefined; sent = model.send()) {
      texts.push(sent.text);
      if (sent.text.includes('c')) model.fail(sent, 'MESSAGE_TOO_LARGE');
      else model.queue.acknowledge(sent.batch);
    }
    expect(texts).toEqual(['0/1 a,b,c,d,e', '1/0 a,b,c', '2/0 a,b', '2/2 c', '3/0 d,e']);
    expect(model.results).toMatchObject({ a: 'acknowledged', c: 'EventTooLarge', e: 'acknowledged' });
    expect(model.queue.isEmpty()).toBe(true);
  });

  test('gives the batches behind it numbers of a new epoch', () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b] = model.sendEach('a', 'b');
    model.fail(a!, 'INVALID_RECORD');
    model.fail(b!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(model.drain()).toEqual(['1/0 b']);
    expect(model.results).toMatchObject({ a: 'InvalidData', b: 'acknowledged' });
  });

  test('waits for the batch before it', () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b] = model.sendEach('a', 'b');
    model.fail(b!, 'MESSAGE_TOO_LARGE');
    expect(model.results['b']).toBeUndefined();
    model.queue.acknowledge(a!.batch);
    expect(model.results).toMatchObject({ a: 'acknowledged', b: 'EventTooLarge' });
  });

  test('of a batch that may be stored is no verdict on its records', async () => {
    const model = new ModelQueue(limits);
    model.add('a');
    model.add('b');
    model.fail(model.send()!, connectionClosed());
    await model.wake();
    model.fail(model.send()!, 'MESSAGE_TOO_LARGE');
    expect(model.drain()).toEqual([]);
    expect(model.results).toEqual({ a: 'KafkaUnavailable', b: 'KafkaUnavailable' });
  });
});

describe('a refusal of the sequence number', () => {
  test('of an unambiguous first batch gives it a new epoch once', () => {
    const model = new ModelQueue(limits).confirm();
    const [a] = model.sendEach('a');
    model.fail(a!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    const again = model.send()!;
    expect(again.text).toBe('1/0 a');
    model.fail(again, 'INVALID_PRODUCER_EPOCH');
    expect(model.results['a']).toBe('KafkaUnavailable');
    model.add('b');
    expect(model.drain()).toEqual(['2/0 b']);
  });

  test('of a batch that may be stored ends it, and does not encode it again', async () => {
    const model = new ModelQueue(limits).confirm();
    const [a] = model.sendEach('a');
    model.fail(a!, 'NOT_ENOUGH_REPLICAS_AFTER_APPEND');
    await model.wake();
    const again = model.send()!;
    expect(again.bytes).toBe(a!.bytes);
    model.fail(again, 'UNKNOWN_PRODUCER_ID');
    expect([model.results['a'], model.send()]).toEqual(['KafkaUnavailable', undefined]);
  });

  test('of a batch that was overtaken ends it', () => {
    const model = new ModelQueue(limits).confirm();
    const [a, b] = model.sendEach('a', 'b');
    model.queue.acknowledge(b!.batch);
    model.fail(a!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(model.results).toMatchObject({ a: 'KafkaUnavailable', b: 'acknowledged' });
  });

  test('as a duplicate counts as acknowledged', async () => {
    const model = new ModelQueue(limits);
    const [a] = model.sendEach('a');
    model.fail(a!, connectionClosed());
    await model.wake();
    model.fail(model.send()!, 'DUPLICATE_SEQUENCE_NUMBER');
    expect([model.results, model.decided]).toEqual([{ a: 'acknowledged' }, ['acknowledged']]);
  });
});

describe('several batches that may be stored', () => {
  test('keep their numbers when the first ends, while those without doubt get new ones', async () => {
    const model = new ModelQueue({ ...limits, retries: 0 }).confirm();
    const [a, b, c] = model.sendEach('a', 'b', 'c');
    model.fail(a!, connectionClosed());
    model.fail(b!, connectionClosed());
    model.fail(c!, 'OUT_OF_ORDER_SEQUENCE_NUMBER');
    await model.wake();
    expect(model.results['a']).toBe('KafkaUnavailable');
    expect(model.drain()).toEqual(['0/2 b', '1/0 c']);
  });
});

test('a final failure ends the batch at once', () => {
  const model = new ModelQueue(limits);
  const [a] = model.sendEach('a');
  model.fail(a!, 'TOPIC_AUTHORIZATION_FAILED');
  expect([model.results, model.pauses]).toEqual([{ a: 'PermissionDenied' }, []]);
});

test('batches that get their numbers late keep their order', () => {
  const model = new ModelQueue(limits).confirm();
  model.add('a');
  const a = model.queue.take(0)!;
  model.add('b');
  const b = model.queue.take(0)!;
  // The request of the first still waits for a producer id.
  expect(model.queue.bytesOf(b).toString()).toBe('0/2 b');
  expect(model.queue.bytesOf(a).toString()).toBe('0/1 a');
});
