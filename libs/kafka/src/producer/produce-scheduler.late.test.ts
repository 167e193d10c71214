import { describe, expect, test } from '@jest/globals';
import { ModelCluster } from '../../test/model-cluster.ts';

const lateMs = 250;

/** Partitions 0 (slow) and 1 are in a request that is late; 2 was not in it. Each has more to send. */
async function makeLate(): Promise<ModelCluster> {
  const cluster = new ModelCluster(1, 1, 1);
  await cluster.add('a', 0, 1);
  await cluster.add('b', 0, 1);
  await cluster.pass(lateMs);
  return cluster;
}

/** The late request has its answer, and each of its partitions is sent alone. */
async function makeProbes(): Promise<ModelCluster> {
  const cluster = await makeLate();
  await cluster.links[0]!.last!.answer();
  return cluster;
}

describe('a request that is late', () => {
  test('keeps its connection, and the other partitions are sent on a new one at once', async () => {
    const cluster = await makeLate();
    await cluster.add('a', 2);
    expect(cluster.links.map(({ name }) => name)).toEqual(['1 records', '1 records']);
    expect(cluster.links[1]!.last!.texts).toEqual(['2: 0 2a']);
    expect(cluster.links[0]!.requests).toHaveLength(1);
  });

  test('is answered on its connection, which is then closed', async () => {
    const cluster = await makeLate();
    expect(cluster.links[0]!.isClosed).toBe(false);
    await cluster.links[0]!.last!.answer();
    expect(cluster.results).toEqual({ '0a': 'acknowledged', '1a': 'acknowledged' });
    expect(cluster.links[0]!.isClosed).toBe(true);
  });

  test('leaves the connection in place a moment earlier', async () => {
    const cluster = new ModelCluster(1, 1);
    await cluster.add('a', 0);
    await cluster.pass(lateMs - 1);
    await cluster.add('a', 1);
    expect(cluster.links).toHaveLength(1);
  });

  test('is not late while its connection is being opened', async () => {
    const cluster = new ModelCluster(1, 1, 1);
    cluster.areOpen = false;
    await cluster.add('a', 0);
    cluster.links[0]!.isOpen = false;
    await cluster.pass(1_000);
    cluster.links[0]!.isOpen = true;
    await cluster.pass(0);
    await cluster.pass(lateMs - 1);
    await cluster.add('a', 1);
    expect(cluster.links).toHaveLength(1);
    await cluster.pass(1);
    await cluster.add('a', 2);
    expect(cluster.links).toHaveLength(2);
  });

  test('is not late while it waits for a producer id', async () => {
    const cluster = new ModelCluster(1, 1);
    cluster.identities = 0;
    await cluster.add('a', 0);
    await cluster.pass(50);
    await cluster.pass(lateMs);
    cluster.onRenewed();
    await cluster.pass(lateMs - 1);
    await cluster.add('a', 1);
    expect(cluster.links).toHaveLength(1);
    expect(cluster.links[0]!.requests.map(({ texts }) => texts)).toEqual([['0: 0 0a'], ['1: 0 1a']]);
  });

  test('detaches four connections at most', async () => {
    const cluster = new ModelCluster(...Array<number>(8).fill(1));
    for (const partition of [0, 1, 2, 3, 4, 5]) {
      await cluster.add('a', partition);
      await cluster.pass(lateMs);
    }
    expect(cluster.links.map(({ name }) => name)).toEqual(Array(5).fill('1 records'));
  });
});

describe('partitions under suspicion', () => {
  test('are sent alone, each on a connection of its own', async () => {
    const cluster = await makeProbes();
    expect(cluster.link('1 probe-0').last!.texts).toEqual(['0: 1 0b']);
    expect(cluster.link('1 probe-1').last!.texts).toEqual(['1: 1 1b']);
  });

  test('return to the shared connection after a quick answer', async () => {
    const cluster = await makeProbes();
    await cluster.link('1 probe-1').last!.answer();
    await cluster.add('c', 1, 2);
    expect(cluster.link('1 records').last!.texts).toEqual(['1: 2 1c', '2: 0 2c']);
  });

  test('return after a quick answer on a connection that had to be opened', async () => {
    const cluster = await makeLate();
    cluster.areOpen = false;
    await cluster.links[0]!.last!.answer();
    cluster.now += 20;
    await cluster.link('1 probe-1').last!.answer();
    await cluster.add('c', 1);
    expect(cluster.link('1 records').last!.texts).toEqual(['1: 2 1c']);
  });

  test('have one request each, so that a slow one leaves connections to the others', async () => {
    const cluster = new ModelCluster(1, 1);
    await cluster.add('a', 0, 1);
    await cluster.pass(lateMs);
    await cluster.links[0]!.last!.answer();
    for (const round of ['b', 'c', 'd', 'e']) await cluster.add(round, 0);
    await cluster.add('b', 1);
    const texts = cluster.links.slice(1).flatMap(({ requests }) => requests.map((request) => request.texts));
    expect(texts).toEqual([['0: 1 0b'], ['1: 1 1b']]);
  });

  test('are four at a time, and the fifth follows', async () => {
    const partitions = [0, 1, 2, 3, 4];
    const cluster = new ModelCluster(...partitions.map(() => 1));
    await cluster.add('a', ...partitions);
    await cluster.add('b', ...partitions);
    await cluster.pass(lateMs);
    await cluster.links[0]!.last!.answer();
    const probes = cluster.links.slice(1);
    expect(probes.map(({ name }) => name)).toEqual(['1 probe-0', '1 probe-1', '1 probe-2', '1 probe-3']);
    await probes[2]!.last!.answer();
    expect(probes[2]!.last!.texts).toEqual(['4: 1 4b']);
  });
});

describe('a slow partition', () => {
  test('stays on a connection for slow ones, and does not delay the others', async () => {
    const cluster = await makeProbes();
    await cluster.link('1 probe-1').last!.answer();
    await cluster.pass(lateMs);
    await cluster.add('c', 0, 1);
    await cluster.link('1 records').last!.answer();
    expect(cluster.results['1c']).toBe('acknowledged');
    expect(cluster.link('1 late-records').last!.texts).toEqual(['0: 2 0c']);
    await cluster.add('d', 1);
    await cluster.link('1 records').last!.answer();
    expect(cluster.results['1d']).toBe('acknowledged');
    expect(cluster.results['0c']).toBeUndefined();
  });

  test('returns to the shared connection when it is quick again', async () => {
    const cluster = await makeProbes();
    await cluster.pass(lateMs);
    await cluster.link('1 probe-0').last!.answer();
    await cluster.add('c', 0);
    await cluster.link('1 late-records').last!.answer();
    await cluster.add('d', 0);
    expect(cluster.link('1 records').last!.texts).toEqual(['0: 3 0d']);
  });

  test('is sent alone again two seconds later', async () => {
    const cluster = await makeProbes();
    await cluster.pass(lateMs);
    await cluster.link('1 probe-0').last!.answer();
    cluster.now += 2_000;
    await cluster.add('c', 0);
    expect(cluster.link('1 probe-0').last!.texts).toEqual(['0: 2 0c']);
  });

  test('takes records without a key again after a while, though nothing else was sent to it', async () => {
    const cluster = new ModelCluster(1);
    await cluster.add('a', 0);
    await cluster.pass(lateMs);
    await cluster.link('1 records').last!.answer();
    await cluster.pass(10_000);
    expect(cluster.scheduler.isWell(cluster.queues[0]!)).toBe(true);
  });
});

test('a queue that is forgotten is no longer under suspicion', async () => {
  const cluster = await makeLate();
  cluster.scheduler.forget(cluster.queues[0]!);
  await cluster.links[0]!.last!.answer();
  expect(cluster.link('1 records').last!.texts).toEqual(['0: 1 0b']);
});
