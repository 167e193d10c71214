import { describe, expect, test } from '@jest/globals';
import { ModelQueue } from '../../test/model-queue.ts';

describe('batches', () => {
  test('keep the order of the records', () => {
    const model = new ModelQueue();
    for (const name of ['a', 'b', 'c']) model.add(name);
    expect(model.store()).toBe('0/0 a,b,c');
    model.add('d');
    expect(model.store()).toBe('0/3 d');
    expect(model.results).toEqual({
      a: 'acknowledged',
      b: 'acknowledged',
      c: 'acknowledged',
      d: 'acknowledged',
    });
  });

  test('are one in flight until the broker has taken an epoch, and five afterwards', () => {
    const model = new ModelQueue();
    const [first] = model.sendEach('a');
    for (const name of ['b', 'c', 'd', 'e', 'f']) model.add(name);
    expect(model.queue.isReady()).toBe(false);
    expect(model.send()).toBeUndefined();
    model.queue.acknowledge(first!.batch);
    const texts = [model.send()!, ...model.sendEach('g', 'h', 'i', 'j')].map(({ text }) => text);
    expect(texts).toEqual(['0/1 b,c,d,e,f', '0/6 g', '0/7 h', '0/8 i', '0/9 j']);
    model.add('k');
    expect(model.queue.isReady()).toBe(false);
    expect(model.send()).toBeUndefined();
  });

  test('have at most maxBatchRecords', () => {
    const model = new ModelQueue({ maxBatchRecords: 2 });
    for (const name of ['a', 'b', 'c']) model.add(name);
    expect(model.drain()).toEqual(['0/0 a,b', '0/2 c']);
  });

  test('have at most maxBatchBytes, and a larger record is sent alone', () => {
    const model = new ModelQueue({ maxBatchBytes: 200 });
    model.add('a', { size: 50 });
    model.add('b', { size: 50 });
    model.add('c', { size: 300 });
    model.add('d', { size: 50 });
    expect(model.drain()).toEqual(['0/0 a,b', '0/2 c', '0/3 d']);
  });

  test('the queue reports itself when it has a batch, and not while it must wait', () => {
    const model = new ModelQueue();
    const [first] = model.sendEach('a');
    expect(model.signals).toBe(1);
    model.add('b');
    expect(model.signals).toBe(1);
    model.queue.acknowledge(first!.batch);
    expect(model.signals).toBe(2);
  });
});

describe('room', () => {
  test('counts what waits, and is given back when a batch is taken', () => {
    const model = new ModelQueue();
    model.add('a', { size: 60 });
    model.add('b', { size: 10 });
    expect([model.room.records, model.room.bytes]).toEqual([2, 150]);
    model.send();
    expect([model.room.records, model.room.bytes]).toEqual([0, 0]);
  });

  test('is given back once when records in flight fail and expire', () => {
    const model = new ModelQueue();
    const [sent] = model.sendEach('a');
    model.add('b');
    model.fail(sent!, 'REQUEST_TIMED_OUT');
    model.expire(0);
    expect([model.room.records, model.room.bytes]).toEqual([0, 0]);
  });

  test('is given back for records that are withdrawn, which get no answer', () => {
    const model = new ModelQueue();
    model.sendEach('a');
    model.add('b');
    model.add('c');
    expect(model.queue.withdraw()).toHaveLength(2);
    expect([model.room.records, model.room.bytes, model.results]).toEqual([0, 0, {}]);
    expect(model.queue.isEmpty()).toBe(false);
    expect(model.queue.withdraw()).toEqual([]);
  });
});

describe('expiry', () => {
  test('answers old records, waiting and in flight, and keeps the later ones', async () => {
    const model = new ModelQueue();
    model.add('a', { since: 10 });
    const sent = model.send()!;
    model.add('b', { since: 20 });
    model.add('c', { since: 30 });
    expect(model.queue.waitingSince).toBe(20);
    model.expire(20);
    expect(model.results).toEqual({ a: 'KafkaUnavailable', b: 'KafkaUnavailable' });
    expect(model.queue.waitingSince).toBe(30);
    model.queue.acknowledge(sent.batch);
    expect(model.results['a']).toBe('KafkaUnavailable');
    expect(model.store()).toBe('0/1 c');
    await model.wake();
    expect(model.queue.isEmpty()).toBe(true);
  });

  test('ends a batch without an answer, and what follows has a new epoch', async () => {
    const model = new ModelQueue();
    const [sent] = model.sendEach('a');
    model.add('b', { since: 10 });
    model.expire(5);
    model.fail(sent!, 'REQUEST_TIMED_OUT');
    await model.wake();
    expect(model.drain()).toEqual(['1/0 b']);
    expect(model.decided).toEqual(['DeadlineExceeded', 'acknowledged']);
  });
});

describe('a record whose signal has aborted', () => {
  test('is not sent when it waits, and fails with DeadlineExceeded', () => {
    const model = new ModelQueue();
    const abort = new AbortController();
    model.add('a');
    model.add('b', { signal: abort.signal });
    model.add('c');
    abort.abort();
    expect(model.store()).toBe('0/0 a,c');
    expect(model.results['b']).toBe('DeadlineExceeded');
    expect([model.room.records, model.room.bytes]).toEqual([0, 0]);
  });

  test('leaves nothing to send when it is the only one', () => {
    const model = new ModelQueue();
    model.add('a', { signal: AbortSignal.abort() });
    expect(model.send()).toBeUndefined();
    expect([model.results, model.queue.isEmpty()]).toEqual([{ a: 'DeadlineExceeded' }, true]);
  });

  test('is acknowledged when it was in flight', () => {
    const model = new ModelQueue();
    const abort = new AbortController();
    model.add('a', { signal: abort.signal });
    const sent = model.send()!;
    abort.abort();
    model.queue.acknowledge(sent.batch);
    expect(model.results).toEqual({ a: 'acknowledged' });
  });
});
