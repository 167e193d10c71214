import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FakeTime, settle } from '@event-sinks/testing';
import { WorkQueue } from './work-queue.ts';

function makeQueue(random = () => 0) {
  const time = new FakeTime();
  return { time, queue: new WorkQueue({ clock: time.clock(), random }) };
}

/** The next key if there is one right now; a take that would wait must not be left behind. */
async function takeNow(queue: WorkQueue): Promise<string | undefined> {
  return queue.depth > 0 ? queue.take() : undefined;
}

describe('what is handed out', () => {
  test('a key that was added many times is handed out once', async () => {
    const { queue } = makeQueue();
    for (let i = 0; i < 5; i += 1) queue.add('a');
    expect(await queue.take()).toBe('a');
    expect(queue.depth).toBe(0);
  });

  test('keys come in the order in which they were added', async () => {
    const { queue } = makeQueue();
    for (const key of ['b', 'a', 'b', 'c']) queue.add(key);
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual(['b', 'a', 'c']);
  });

  test('a key added while it is processed waits for done and then comes again, once', async () => {
    const { queue } = makeQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await queue.take()).toBe('a');
    queue.done('a');
    expect(queue.depth).toBe(0);
  });

  test('a worker that waits gets the next key, and only one worker does', async () => {
    const { queue } = makeQueue();
    const takers = [queue.take(), queue.take()];
    queue.add('a');
    queue.add('a');
    expect(await takers[0]).toBe('a');
    queue.done('a');
    expect(await takers[1]).toBe('a');
  });
});

describe('delays', () => {
  test('a delayed key comes when its time has come', async () => {
    const { time, queue } = makeQueue();
    queue.addAfter('a', 1_000);
    await time.advance(999);
    expect(queue.depth).toBe(0);
    await time.advance(1);
    expect(queue.depth).toBe(1);
  });

  test.each([
    ['the later one is first asked for', [5_000, 1_000]],
    ['the earlier one is first asked for', [1_000, 5_000]],
  ])('of two delays the one that ends first counts, when %s', async (_name, delays) => {
    const { time, queue } = makeQueue();
    for (const ms of delays) queue.addAfter('a', ms);
    await time.advance(1_000);
    expect(await takeNow(queue)).toBe('a');
    queue.done('a');
    await time.advance(10_000);
    expect(queue.depth).toBe(0);
  });

  test('a failing key waits longer each time, up to the cap, and from the start again once forgotten', () => {
    const { queue } = makeQueue(() => 1);
    const waits = Array.from({ length: 20 }, () => queue.addRateLimited('a'));
    expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(waits.at(-1)).toBe(60_000);
    expect(queue.delayed).toBe(1);
    queue.forget('a');
    expect(queue.addRateLimited('a')).toBe(5);
  });

  test('jitter takes off at most half', () => {
    const { queue } = makeQueue(() => 0);
    expect([queue.addRateLimited('a'), queue.addRateLimited('a')]).toEqual([3, 5]);
  });
});

describe('shutdown', () => {
  test('waits for the keys that are out, hands out nothing more, and takes nothing in', async () => {
    const { queue } = makeQueue();
    queue.add('a');
    queue.add('b');
    await queue.take();
    let ended = false;
    const shutDown = queue.shutDown().then(() => (ended = true));
    queue.add('c');
    queue.addAfter('d', 1);
    expect(await queue.take()).toBeUndefined();
    await settle();
    expect(ended).toBe(false);
    queue.done('a');
    await shutDown;
    expect([queue.depth, queue.delayed, queue.processing]).toEqual([0, 0, 0]);
  });

  test('wakes the workers that wait', async () => {
    const { queue } = makeQueue();
    const taker = queue.take();
    await queue.shutDown();
    expect(await taker).toBeUndefined();
  });
});

describe('for any sequence of calls', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const step = fc.oneof(
    fc.record({ call: fc.constant('add' as const), key }),
    fc.record({ call: fc.constant('addAfter' as const), key, ms: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ call: fc.constant('addRateLimited' as const), key }),
    fc.record({ call: fc.constant('take' as const) }),
    fc.record({ call: fc.constant('done' as const), key }),
    fc.record({ call: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  );

  test('no key is out twice, memory stays within the keys, and no add is forgotten', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { time, queue } = makeQueue();
        const out = new Set<string>();
        /** Keys that were added and have not been handed out since. */
        const owed = new Set<string>();
        const take = async (): Promise<void> => {
          const taken = await takeNow(queue);
          if (taken === undefined) return;
          expect(out.has(taken)).toBe(false);
          out.add(taken);
          owed.delete(taken);
        };
        for (const step of steps) {
          if (step.call === 'take') await take();
          else if (step.call === 'advance') await time.advance(step.ms);
          else if (step.call === 'done') {
            if (out.delete(step.key)) queue.done(step.key);
          } else {
            owed.add(step.key);
            if (step.call === 'add') queue.add(step.key);
            else if (step.call === 'addAfter') queue.addAfter(step.key, step.ms);
            else queue.addRateLimited(step.key);
          }
          expect(queue.depth).toBeLessThanOrEqual(3);
          expect(queue.delayed).toBeLessThanOrEqual(3);
          expect(queue.processing).toBe(out.size);
        }
        // Everything that is owed comes once the workers give back what they have and time passes.
        for (const held of out) queue.done(held);
        out.clear();
        await time.advance(120_000);
        while (queue.depth > 0) await take();
        expect([...owed]).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});
