import { afterEach, describe, expect, test } from '@jest/globals';
import { FakeTime, recordingLogger, settle } from '@event-sinks/testing';
import {
  createReconcileLoop,
  TerminalError,
  type ReconcileLoop,
  type ReconcileLoopOptions,
} from './index.ts';

const started: AbortController[] = [];

afterEach(() => {
  for (const controller of started.splice(0)) controller.abort();
});

function startLoop(
  reconcile: ReconcileLoopOptions['reconcile'],
  options: Partial<ReconcileLoopOptions> = {},
) {
  const time = new FakeTime();
  const outcomes: string[] = [];
  const logger = recordingLogger();
  const loop = createReconcileLoop({
    name: 'test',
    reconcile,
    workers: 2,
    clock: time.clock(),
    random: () => 1,
    logger,
    metrics: {
      reconciled: (_loop, outcome) => outcomes.push(outcome),
      retried: () => outcomes.push('retry'),
      queued: () => undefined,
    },
    ...options,
  });
  const controller = new AbortController();
  started.push(controller);
  loop.start(controller.signal);
  return { time, outcomes, logger, loop, controller };
}

function enqueue(loop: ReconcileLoop, key: string): Promise<void> {
  loop.enqueue(key);
  return settle();
}

describe('what becomes of a key', () => {
  test('done: it is not looked at again', async () => {
    const seen: string[] = [];
    const { loop, time, outcomes } = startLoop((key) => {
      seen.push(key);
      return Promise.resolve({ done: true });
    });
    await enqueue(loop, 'ns/a');
    await time.advance(3_600_000);
    expect(seen).toEqual(['ns/a']);
    expect(outcomes).toEqual(['done']);
  });

  test('requeueAfterMs: it is looked at again then', async () => {
    let passes = 0;
    const { loop, time, outcomes } = startLoop(() => {
      passes += 1;
      return Promise.resolve(passes === 1 ? { requeueAfterMs: 30_000 } : { done: true });
    });
    await enqueue(loop, 'ns/a');
    await time.advance(29_999);
    expect(passes).toBe(1);
    await time.advance(1);
    expect(outcomes).toEqual(['requeued', 'done']);
  });

  test('thrown: it is tried again, later each time, until it works', async () => {
    let passes = 0;
    const { loop, time, outcomes } = startLoop(() => {
      passes += 1;
      return passes < 4 ? Promise.reject(new Error('no')) : Promise.resolve({ done: true });
    });
    await enqueue(loop, 'ns/a');
    await time.advance(5 + 10 - 1);
    expect(passes).toBe(2);
    await time.advance(1 + 20);
    expect(outcomes).toEqual(['retry', 'error', 'retry', 'error', 'retry', 'error', 'done']);
    expect(loop.queue.failures('ns/a')).toBe(0);
  });

  test('TerminalError, also as a cause: it waits for a change', async () => {
    const { loop, time, outcomes } = startLoop(() =>
      Promise.reject(new Error('outer', { cause: new TerminalError('spec is wrong') })),
    );
    await enqueue(loop, 'ns/a');
    await time.advance(3_600_000);
    expect(outcomes).toEqual(['terminal']);
    await enqueue(loop, 'ns/a');
    expect(outcomes).toEqual(['terminal', 'terminal']);
  });

  test('thrown before a promise was there: it is tried again all the same', async () => {
    const { loop, outcomes } = startLoop(() => {
      throw new Error('at once');
    });
    await enqueue(loop, 'ns/a');
    expect(outcomes).toEqual(['retry', 'error']);
  });
});

describe('workers', () => {
  test('never have the same key at once, and miss no change made meanwhile', async () => {
    const releases: (() => void)[] = [];
    let running = 0;
    let most = 0;
    const { loop } = startLoop(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => releases.push(resolve));
      running -= 1;
      return { done: true };
    });
    await enqueue(loop, 'ns/a');
    await enqueue(loop, 'ns/a');
    expect(releases).toHaveLength(1);
    releases.shift()?.();
    await settle();
    expect(releases).toHaveLength(1);
    releases.shift()?.();
    expect(most).toBe(1);
  });

  test('work on different keys at once, up to their number', async () => {
    const seen: string[] = [];
    const { loop } = startLoop((key) => {
      seen.push(key);
      return new Promise(() => undefined);
    });
    for (const key of ['a', 'b', 'c']) await enqueue(loop, key);
    expect(seen).toEqual(['a', 'b']);
  });
});

describe('limits', () => {
  test('a pass over its time is told to give up, and tried again', async () => {
    const { loop, time, outcomes } = startLoop(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('gave up', { cause: signal.reason }));
          });
        }),
    );
    await enqueue(loop, 'ns/a');
    await time.advance(59_999);
    expect(outcomes).toEqual([]);
    await time.advance(1);
    expect(outcomes).toEqual(['retry', 'timeout']);
  });

  test('stop waits for the passes that run and starts no other', async () => {
    const release = Promise.withResolvers<{ done: true }>();
    const seen: string[] = [];
    const { loop } = startLoop(
      (key) => {
        seen.push(key);
        return release.promise;
      },
      { workers: 1 },
    );
    await enqueue(loop, 'a');
    await enqueue(loop, 'b');
    let stopped = false;
    const stopping = loop.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    release.resolve({ done: true });
    await stopping;
    expect(seen).toEqual(['a']);
  });

  test('an aborted loop tells its passes, and schedules no retry', async () => {
    const { loop, outcomes, controller } = startLoop(
      (_key, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('gave up'));
          });
        }),
    );
    await enqueue(loop, 'a');
    controller.abort();
    await loop.stop();
    expect(outcomes).toEqual(['stopped']);
    expect(loop.queue.delayed).toBe(0);
  });
});

test('each pass logs with an id of its own and with what the key names', async () => {
  const { loop, logger } = startLoop((_key, context) => {
    context.logger.info('Looked');
    return Promise.resolve({ done: true });
  });
  await enqueue(loop, 'ns/a');
  await enqueue(loop, 'ns/a');
  const fields = logger.lines.map((line) => line.fields);
  expect(fields[0]).toMatchObject({ loop: 'test', namespace: 'ns', name: 'a' });
  expect(fields[0]?.['reconcileId']).not.toBe(fields[1]?.['reconcileId']);
});
