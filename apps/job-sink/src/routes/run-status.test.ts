import { describe, expect, test } from '@jest/globals';
import { identify, runLocation } from '@event-sinks/job-plan';
import { KubeApiError, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { ServedJobSink } from '../adapters/job-sink-directory.ts';
import { createRunStatusReader, type RunStatusOptions } from './run-status.ts';

const targetOf = (id: string): string =>
  runLocation({ namespace: 'demo', name: 'logger', source: 'a', id }) ?? '';

/** Questions that wait for an API server that answers when told to. */
function openReader(change: Partial<RunStatusOptions> = {}) {
  const asked: { name: string; answer: PromiseWithResolvers<KubeObject> }[] = [];
  let now = 0;
  const client = {
    get: (_resource: unknown, { name }: { name: string }) => {
      const answer = Promise.withResolvers<KubeObject>();
      asked.push({ name, answer });
      return answer.promise;
    },
  } as unknown as Pick<KubeClient, 'get'>;
  const reader = createRunStatusReader({
    client,
    directory: { find: () => ({ uid: 'u' }) as ServedJobSink },
    clock: { monotonic: () => now },
    ...{ timeoutMs: 1_000, maxInFlight: 2, cacheAgeMs: 1_000, cacheSize: 2 },
    ...change,
  });
  return {
    asked,
    read: (id: string) => reader.read(targetOf(id)),
    passes: (ms: number) => (now += ms),
    answer: (index: number, type?: 'Complete'): void => {
      const { answer, name } = asked[index]!;
      const { digest } = [1, 2, 3, 4]
        .map((id) => identify('logger', { jobSinkUid: 'u', source: 'a', id: String(id) }))
        .find(({ jobName }) => jobName === name)!;
      answer.resolve({
        ...{ apiVersion: 'batch/v1', kind: 'Job' },
        metadata: { name, annotations: { 'sinks.knative.dev/event-identity': digest } },
        status: type === undefined ? {} : { conditions: [{ type, status: 'True' }] },
      });
    },
    refuse: (index: number, status: number): void => {
      asked[index]!.answer.reject(new KubeApiError({ message: 'no', status }));
    },
  };
}

describe('questions about runs', () => {
  test('have a small budget of their own: 429 beyond it, and room again once one is answered', async () => {
    const { read, answer, asked } = openReader();
    const first = read('1');
    const second = read('2');
    await expect(read('3')).rejects.toMatchObject({ code: 'Overloaded' });
    answer(0);
    await first;
    const third = read('3');
    answer(1);
    answer(2);
    expect([await second, await third]).toEqual([
      { outcome: 'running', location: targetOf('2') },
      { outcome: 'running', location: targetOf('3') },
    ]);
    expect(asked).toHaveLength(3);
  });

  test('are asked once, however many ask at a time or within a second', async () => {
    const { read, answer, asked, passes } = openReader();
    const all = Array.from({ length: 100 }, () => read('1'));
    answer(0);
    expect(new Set((await Promise.all(all)).map((status) => status?.outcome))).toEqual(new Set(['running']));
    passes(999);
    await read('1');
    expect(asked).toHaveLength(1);
    passes(1);
    const later = read('1');
    answer(1, 'Complete');
    expect(await later).toEqual({ outcome: 'complete' });
  });

  test('are asked again when there was no Job, for its event may be stored by now, or no answer', async () => {
    const { read, answer, refuse, asked } = openReader();
    const missing = read('1');
    refuse(0, 404);
    expect(await missing).toEqual({ outcome: 'missing' });
    const failed = read('1');
    refuse(1, 503);
    await expect(failed).rejects.toMatchObject({ code: 'ApiServerUnavailable' });
    const found = read('1');
    answer(2);
    expect(await found).toMatchObject({ outcome: 'running' });
    expect(asked).toHaveLength(3);
  });

  test('keep no more answers than they may, the newest of them', async () => {
    const { read, answer, asked } = openReader();
    for (const [index, id] of ['1', '2', '3'].entries()) {
      const status = read(id);
      answer(index);
      await status;
    }
    await Promise.all([read('2'), read('3')]);
    expect(asked).toHaveLength(3);
    const forgotten = read('1');
    answer(3);
    await forgotten;
    expect(asked).toHaveLength(4);
  });
});
