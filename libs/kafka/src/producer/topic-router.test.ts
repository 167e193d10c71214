import { describe, expect, test } from '@jest/globals';
import { ModelTopic } from '../../test/model-topic.ts';

describe('records with a key', () => {
  test("go to the partitions of Java's default partitioner", async () => {
    const topic = await new ModelTopic([1, 1, 1, 1]).know();
    // Utils.toPositive(Utils.murmur2(key)) % 4 of Kafka's Java client.
    for (const key of ['21', 'foobar', 'a-little-bit-long-string', 'abc']) topic.add(key, key);
    expect(topic.storeAll()).toEqual({ 0: '21,a-little-bit-long-string', 2: 'foobar', 3: 'abc' });
  });

  test('keep their order in one partition', async () => {
    const topic = await new ModelTopic([1, 2, 3]).know();
    for (const name of ['a', 'b', 'c']) topic.add(name, 'same');
    expect(Object.values(topic.storeAll())).toEqual(['a,b,c']);
  });

  test('go to a partition that is slow or has no leader', async () => {
    const topic = await new ModelTopic([-1]).know();
    topic.slow.add(0);
    topic.add('a', 'key');
    expect(topic.storeAll()).toEqual({ 0: 'a' });
  });
});

describe('records without a key', () => {
  test('stay on one partition while a batch gathers there, and then move on', async () => {
    const topic = await new ModelTopic([1, 1, 1]).know();
    for (const name of ['a', 'b']) topic.add(name);
    expect(topic.storeAll()).toEqual({ 0: 'a,b' });
    for (const name of ['c', 'd']) topic.add(name);
    expect(topic.storeAll()).toEqual({ 1: 'c,d' });
    expect(topic.spread('e', 'f')).toEqual([2, 0]);
  });

  test('pass over partitions without a leader', async () => {
    const topic = await new ModelTopic([1, -1, 1]).know();
    expect(topic.spread('a', 'b', 'c', 'd')).toEqual([0, 2, 0, 2]);
  });

  test('pass over slow partitions', async () => {
    const topic = await new ModelTopic([1, 1, 1]).know();
    expect(topic.spread('a', 'b', 'c')).toEqual([0, 1, 2]);
    topic.slow.add(0).add(1);
    expect(topic.spread('d', 'e')).toEqual([2, 2]);
  });

  test('leave a partition that has become slow while a batch gathers', async () => {
    const topic = await new ModelTopic([1, 1]).know();
    topic.add('a');
    topic.slow.add(0);
    topic.add('b');
    expect(topic.storeAll()).toEqual({ 0: 'a', 1: 'b' });
  });

  test('go to a slow partition rather than to one without a leader', async () => {
    const topic = await new ModelTopic([-1, 1]).know();
    expect(topic.spread('a')).toEqual([1]);
    topic.slow.add(1);
    expect(topic.spread('b', 'c')).toEqual([1, 1]);
  });

  test('wait for a leader when no partition has one', async () => {
    const topic = await new ModelTopic([-1, -1]).know();
    topic.add('a');
    expect([topic.results, topic.router.queued.records]).toEqual([{}, 1]);
  });
});

describe('refuses a record', () => {
  test('with Overloaded when as many records wait as may', async () => {
    const topic = await new ModelTopic([1], { maxQueued: 2 }).know();
    for (const name of ['a', 'b', 'c']) topic.add(name);
    expect(topic.results).toEqual({ c: 'Overloaded' });
    topic.storeAll();
    topic.add('d');
    expect(topic.results['d']).toBeUndefined();
  });

  test('with Overloaded when as many bytes wait as may, and takes a large one alone', async () => {
    const topic = await new ModelTopic([1], { maxQueuedBytes: 100 }).know();
    topic.add('a', null, 500);
    topic.add('b');
    expect(topic.results).toEqual({ b: 'Overloaded' });
  });

  test('with Overloaded while the partitions are not known', () => {
    const topic = new ModelTopic([1], { maxQueued: 1 });
    topic.add('a');
    topic.add('b');
    expect(topic.results).toEqual({ b: 'Overloaded' });
  });

  test('with BackendThrottled when its broker wants a long pause, and says how long', async () => {
    const topic = await new ModelTopic([1]).know();
    topic.throttled.set(1, 1_000);
    topic.add('a');
    topic.throttled.set(1, 2_001);
    topic.add('b');
    expect(topic.results).toEqual({ b: 'BackendThrottled' });
    expect(topic.errors['b']!.retryAfterSeconds).toBe(3);
    expect(topic.router.queued.records).toBe(1);
  });
});

describe('expiry', () => {
  test('answers old records with KafkaUnavailable, and with BackendThrottled when the broker wants a pause', async () => {
    const topic = await new ModelTopic([1, 2]).know();
    topic.add('a', '21');
    topic.add('b', 'abc');
    topic.now = 10;
    topic.add('c', '21');
    topic.throttled.set(2, 500);
    topic.router.expire(5);
    expect(topic.results).toEqual({ a: 'KafkaUnavailable', b: 'BackendThrottled' });
    expect([topic.router.queued.records, topic.router.waitingSince()]).toEqual([1, 10]);
  });

  test('answers records that wait for the partitions, and gives back their room', () => {
    const topic = new ModelTopic([1]);
    topic.add('a');
    topic.now = 10;
    topic.add('b');
    expect(topic.router.waitingSince()).toBe(0);
    topic.router.expire(5);
    expect([topic.results, topic.router.queued.records]).toEqual([{ a: 'KafkaUnavailable' }, 1]);
  });
});

test('a topic is idle when nothing was added for so long and nothing waits', async () => {
  const topic = await new ModelTopic([1]).know();
  topic.add('a');
  expect(topic.router.isIdleSince(100)).toBe(false);
  topic.storeAll();
  expect([topic.router.isIdleSince(100), topic.router.isIdleSince(0)]).toEqual([true, false]);
  topic.router.close();
  expect(topic.gone).toEqual([0]);
});
