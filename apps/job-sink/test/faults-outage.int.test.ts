import { expect, test } from '@jest/globals';
import type { KubeClient } from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import { createJobSinkDirectory } from '../src/adapters/job-sink-directory.ts';

test('the API server is asked again within five seconds, however long it was away', async () => {
  const waits: number[] = [];
  const silent: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: () => undefined,
    child: () => silent,
  };
  const enough = Promise.withResolvers<undefined>();
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    setTimeout: () => ({ cancel: () => undefined }),
    sleep: async (ms) => {
      waits.push(ms);
      if (waits.length === 12) enough.resolve(undefined);
      await Promise.resolve();
    },
  };
  const refuse = () => Promise.reject(new Error('away'));
  const client = { list: refuse, stream: refuse } as unknown as KubeClient;
  const options = { client, clock, logger: silent, random: () => 0.999, onDeleted: () => undefined };
  const directory = createJobSinkDirectory(options);
  directory.start();
  await enough.promise;
  await directory.stop();
  expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
  expect(waits[0]).toBeGreaterThan(100);
});
