import { describe, expect, test } from '@jest/globals';
import { LookQueue } from './look-queue.ts';

describe('a look queue', () => {
  test('lets namespaces take turns, however many items one of them has', () => {
    const queue = new LookQueue<string>();
    for (let index = 0; index < 1_000; index++) queue.add('greedy', `greedy-${index}`, 0);
    queue.add('quiet', 'quiet', 0);
    const seen = [queue.next(300), queue.next(300), queue.next(300)];
    expect(seen).toEqual(['greedy-0', 'quiet', 'greedy-1']);
  });

  test('makes an item due after waits that double up to five seconds', () => {
    const queue = new LookQueue<string>();
    queue.add('shop', 'a', 0);
    const due: number[] = [];
    for (let now = 0; now < 20_000; now += 50) if (queue.next(now) !== undefined) due.push(now);
    expect(due).toEqual([250, 750, 1_750, 3_750, 7_750, 12_750, 17_750]);
  });

  test('forgets what is removed', () => {
    const queue = new LookQueue<string>();
    queue.add('shop', 'a', 0);
    queue.add('shop', 'b', 0);
    queue.remove('shop', 'a');
    expect([queue.next(300), queue.next(300), queue.isEmpty]).toEqual(['b', undefined, false]);
    queue.remove('shop', 'b');
    expect(queue.isEmpty).toBe(true);
  });
});
