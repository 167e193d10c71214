import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { startTicks } from './proc.ts';

describe('the lock', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lock-'));
    file = join(dir, 'cluster.lock');
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  test('is gone after the work, also after work that failed', async () => {
    await expect(withLock(file, () => Promise.reject(new Error('half-way')))).rejects.toThrow('half-way');
    expect(existsSync(file)).toBe(false);
  });

  test('of a process that was killed is taken over', async () => {
    writeFileSync(file, '999999999 1');
    expect(await withLock(file, () => Promise.resolve('done'))).toBe('done');
  });

  test('of a process whose number somebody else has by now is taken over', async () => {
    writeFileSync(file, `${process.pid} 1`);
    expect(await withLock(file, () => Promise.resolve('done'))).toBe('done');
  });

  test('of a living process is waited for, and the wait has an end', async () => {
    writeFileSync(file, `${process.ppid} ${startTicks(process.ppid) ?? ''}`);
    const waitedFor: number[] = [];
    const waiting = withLock(file, () => Promise.resolve(), {
      timeoutMs: 300,
      onWait: (pid) => waitedFor.push(pid),
    });
    await expect(waiting).rejects.toThrow(/has held/);
    expect(waitedFor).toEqual([process.ppid]);
  });

  test('lets one after the other in', async () => {
    const order: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      order.push(`${name} ends`);
    };
    await Promise.all([withLock(file, work('a')), withLock(file, work('b'))]);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });
});
