import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { ModelCluster, turns } from '../../test/model-cluster.ts';

describe('requests', () => {
  test('carry the batches of all partitions of a node that are ready in one turn', async () => {
    const cluster = new ModelCluster(1, 1, 2);
    await cluster.add('a', 0, 1, 2);
    expect(cluster.links.map(({ name }) => name)).toEqual(['1 records', '2 records']);
    expect(cluster.link('1 records').requests.map(({ texts }) => texts)).toEqual([['0: 0 0a', '1: 0 1a']]);
    await cluster.link('1 records').last!.answer();
    expect(cluster.results).toEqual({ '0a': 'acknowledged', '1a': 'acknowledged' });
  });

  test('are at most five in flight on a connection, and the sixth follows the first answer', async () => {
    const cluster = new ModelCluster(1, 1, 1, 1, 1, 1, 1);
    for (const partition of [0, 1, 2, 3, 4, 5, 6]) await cluster.add('a', partition);
    const { requests } = cluster.link('1 records');
    expect(requests).toHaveLength(5);
    await requests[0]!.answer();
    expect(requests[5]!.texts).toEqual(['5: 0 5a', '6: 0 6a']);
  });

  test('carry several batches of a partition one after the other', async () => {
    const cluster = new ModelCluster(1);
    await cluster.add('a', 0);
    await cluster.link('1 records').last!.answer();
    for (const round of ['b', 'c', 'd']) await cluster.add(round, 0);
    const texts = cluster.link('1 records').requests.flatMap((request) => request.texts);
    expect(texts).toEqual(['0: 0 0a', '0: 1 0b', '0: 2 0c', '0: 3 0d']);
  });

  test('wait for the one in flight until minPipelined records have gathered', async () => {
    const cluster = new ModelCluster(1, 1, 1, 1);
    cluster.limits.minPipelined = 3;
    for (const partition of [0, 1, 2]) await cluster.add('a', partition);
    const { requests } = cluster.link('1 records');
    expect(requests).toHaveLength(1);
    await cluster.add('a', 3);
    expect(requests[1]!.texts).toEqual(['1: 0 1a', '2: 0 2a', '3: 0 3a']);
  });

  test('carry what has gathered after the answer to the one in flight', async () => {
    const cluster = new ModelCluster(1, 1);
    cluster.limits.minPipelined = 3;
    await cluster.add('a', 0);
    await cluster.add('a', 1);
    await cluster.link('1 records').last!.answer();
    expect(cluster.link('1 records').last!.texts).toEqual(['1: 0 1a']);
  });

  test('fail for all their partitions with the connection, and are repeated', async () => {
    const cluster = new ModelCluster(1, 1);
    await cluster.add('a', 0, 1);
    cluster.link('1 records').last!.fail(new Error('Connection closed'));
    await turns();
    expect(cluster.results).toEqual({});
    await cluster.wake();
    expect(cluster.link('1 records').last!.texts).toEqual(['0: 0 0a', '1: 0 1a']);
  });

  test('fail for one partition without the others', async () => {
    const cluster = new ModelCluster(1, 1);
    await cluster.add('a', 0, 1);
    await cluster.link('1 records').last!.answer({ 1: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(cluster.results).toEqual({ '0a': 'acknowledged', '1a': 'PermissionDenied' });
  });
});

test('a partition without a leader is repeated while the others are stored', async () => {
  const cluster = new ModelCluster(1, -1);
  await cluster.add('a', 0, 1);
  await cluster.link('1 records').last!.answer();
  expect(cluster.results).toEqual({ '0a': 'acknowledged' });
  await cluster.wake();
  await cluster.add('b', 0);
  expect(cluster.link('1 records').last!.texts).toEqual(['0: 1 0b']);
  cluster.leaders[1] = 2;
  await cluster.wake();
  expect(cluster.link('2 records').last!.texts).toEqual(['1: 0 1a']);
});

test('a node that the metadata does not name fails with LEADER_NOT_AVAILABLE, five times at most', async () => {
  const cluster = new ModelCluster(-1);
  await cluster.add('a', 0);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    expect(cluster.results).toEqual({});
    await cluster.wake();
  }
  expect([cluster.results, cluster.links]).toEqual([{ '0a': 'KafkaUnavailable' }, []]);
});

describe('a new producer id', () => {
  test('is waited for before the first request', async () => {
    const cluster = new ModelCluster(1);
    cluster.identities = 0;
    await cluster.add('a', 0);
    expect(cluster.link('1 records').requests).toEqual([]);
    cluster.onRenewed();
    await turns();
    expect(cluster.link('1 records').last!.texts).toEqual(['0: 0 0a']);
  });

  test('does not let a request that needs none overtake one that waits', async () => {
    const cluster = new ModelCluster(1, 1);
    await cluster.add('a', 0);
    await cluster.link('1 records').last!.answer();
    cluster.identities = 1;
    // Two partitions need two identities, as far as the scheduler knows.
    await cluster.add('b', 0, 1);
    await cluster.add('c', 0);
    cluster.onRenewed();
    await turns();
    const texts = cluster.link('1 records').requests.flatMap((request) => request.texts);
    expect(texts).toContain('0: 1 0b');
    expect(texts).not.toContain('0: 1 0c');
  });
});

describe('a throttled answer', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick', 'performance'] });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  test('stops what goes to that node for so long, and to no other', async () => {
    const cluster = new ModelCluster(1, 2);
    await cluster.add('a', 0);
    await cluster.link('1 records').last!.answer({}, 400);
    expect([cluster.scheduler.throttleMs(1), cluster.scheduler.throttleMs(2)]).toEqual([400, 0]);
    await cluster.add('b', 0, 1);
    expect(cluster.link('1 records').requests).toHaveLength(1);
    expect(cluster.link('2 records').requests).toHaveLength(1);
    cluster.now += 401;
    jest.advanceTimersByTime(401);
    await turns();
    expect(cluster.link('1 records').last!.texts).toEqual(['0: 1 0b']);
  });

  test('gives requests in flight so much longer', async () => {
    const cluster = new ModelCluster(1, 1, 1, 1);
    await cluster.add('a', 0);
    await cluster.add('a', 1);
    await cluster.pass(100);
    const [link] = cluster.links;
    await link!.requests[0]!.answer({}, 400);
    expect(link!.extensions).toEqual([400]);
    await cluster.pass(410);
    await cluster.add('a', 2);
    expect(cluster.links).toHaveLength(1);
    // 100 ms of the second request had passed before.
    await cluster.pass(140);
    await cluster.add('a', 3);
    expect(cluster.links[1]!.last!.texts).toEqual(['3: 0 3a']);
  });

  test('is believed for a minute at most', async () => {
    const cluster = new ModelCluster(1);
    await cluster.add('a', 0);
    await cluster.link('1 records').last!.answer({}, 3_600_000);
    expect(cluster.scheduler.throttleMs(1)).toBe(60_000);
  });
});
