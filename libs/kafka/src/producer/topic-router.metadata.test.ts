import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ModelTopic } from '../../test/model-topic.ts';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'performance'] });
});

afterEach(() => {
  jest.useRealTimers();
});

async function pass(topic: ModelTopic, ms: number): Promise<void> {
  jest.advanceTimersByTime(ms);
  await topic.settle();
}

describe('records that come before the partitions are known', () => {
  test('wait, and are then placed in their order, with one question', async () => {
    const topic = new ModelTopic([1]);
    for (const name of ['a', 'b', 'c']) topic.add(name);
    expect([topic.router.queued.records, topic.queues.size]).toEqual([3, 0]);
    await topic.settle();
    topic.add('d');
    expect([topic.storeAll(), topic.asked]).toEqual([{ 0: 'a,b,c,d' }, 1]);
    expect(topic.router.queued).toMatchObject({ records: 0, bytes: 0 });
  });

  test('wait until a new topic is known everywhere, and later ones wait behind them', async () => {
    const topic = new ModelTopic('UNKNOWN_TOPIC_OR_PARTITION');
    topic.add('a');
    await topic.settle();
    topic.leaders = [1];
    await topic.know();
    topic.add('b');
    await pass(topic, 100);
    expect(topic.storeAll()).toEqual({ 0: 'a,b' });
  });

  test('fail with TopicNotFound after the last attempt', async () => {
    const topic = new ModelTopic('UNKNOWN_TOPIC_OR_PARTITION');
    topic.add('a');
    await topic.settle();
    for (const pause of [100, 200, 400, 800]) {
      expect(topic.results).toEqual({});
      await pass(topic, pause);
    }
    expect([topic.results, topic.asked]).toEqual([{ a: 'TopicNotFound' }, 5]);
    expect(topic.router.queued.records).toBe(0);
  });

  test('fail at once when the topic may not be seen', async () => {
    const topic = new ModelTopic('TOPIC_AUTHORIZATION_FAILED');
    topic.add('a');
    await topic.settle();
    expect(topic.results).toEqual({ a: 'PermissionDenied' });
  });

  test('fail with the reason for which no broker can be asked', async () => {
    const topic = new ModelTopic([1], { retries: 1 });
    topic.failure = new Error('connect ECONNREFUSED');
    topic.add('a');
    await topic.settle();
    await pass(topic, 100);
    expect(topic.results).toEqual({ a: 'KafkaUnavailable' });
  });
});

describe('leaders', () => {
  test('are asked for again after a minute, while records go by the old ones', async () => {
    const topic = await new ModelTopic([1, 1]).know();
    topic.now = 60_001;
    topic.leaders = [2, 2, 2];
    topic.add('a');
    expect([topic.storeAll(), topic.asked]).toEqual([{ 0: 'a' }, 2]);
    await topic.settle();
    expect([0, 1, 2, 3].map((partition) => topic.router.leaderOf(partition))).toEqual([2, 2, 2, -1]);
  });

  test('stay when they cannot be asked for', async () => {
    const topic = await new ModelTopic([1]).know();
    topic.failure = new Error('no broker');
    await topic.know();
    expect(topic.router.leaderOf(0)).toBe(1);
  });

  test('are asked for once by those who want them at the same time', async () => {
    const topic = new ModelTopic([1]);
    await Promise.all([topic.know(), topic.know()]);
    expect(topic.asked).toBe(1);
  });

  test('in doubt are asked for before the next record is placed', async () => {
    const topic = await new ModelTopic([1]).know();
    topic.router.doubt();
    topic.leaders = 'UNKNOWN_TOPIC_OR_PARTITION';
    topic.add('a');
    expect([topic.queues.size, topic.asked]).toEqual([0, 2]);
    topic.leaders = [2];
    await pass(topic, 0);
    await pass(topic, 100);
    expect([topic.storeAll(), topic.router.leaderOf(0)]).toEqual([{ 0: 'a' }, 2]);
  });
});

describe('a topic that was made again with fewer partitions', () => {
  test('has what waits in a partition that is gone placed in another one', async () => {
    const topic = await new ModelTopic([1, 1, 1, 1]).know();
    topic.add('a', '21');
    topic.add('b', 'foobar');
    topic.leaders = [1];
    await topic.know();
    expect([topic.gone, topic.router.queued.records]).toEqual([[2], 2]);
    topic.queues.delete(2);
    expect(topic.storeAll()).toEqual({ 0: 'a,b' });
  });

  test('has an old record answered in time behind a newer one', async () => {
    const topic = await new ModelTopic([1, 1, 1, 1]).know();
    topic.add('old', 'foobar');
    topic.now = 1_000;
    topic.add('new', '21');
    topic.leaders = [1];
    await topic.know();
    expect(topic.router.waitingSince()).toBe(0);
    topic.router.expire(500);
    expect(topic.results).toEqual({ old: 'KafkaUnavailable' });
  });

  test('has records in flight to a partition that is gone answered in time', async () => {
    const topic = await new ModelTopic([1, 1, 1, 1]).know();
    topic.add('a', 'foobar');
    topic.queues.get(2)!.take(0);
    topic.leaders = [1];
    await topic.know();
    topic.router.expire(9_000);
    expect(topic.results).toEqual({ a: 'KafkaUnavailable' });
  });
});
