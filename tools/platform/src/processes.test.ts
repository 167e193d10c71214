import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTicks } from './proc.ts';
import { ProcessKeeper } from './processes.ts';
import { WaitingIsFutile } from './shell.ts';

describe('the process keeper', () => {
  let dir: string;
  let keeper: ProcessKeeper;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'keeper-'));
    keeper = new ProcessKeeper(dir);
  });
  afterEach(async () => {
    for (const name of keeper.names()) await keeper.stop(name, 0);
    await keeper.sweep();
    rmSync(dir, { recursive: true });
  });
  const sleeper = { name: 'sleeper', command: 'sleep', args: ['60'] };

  test('starts a process once, however often it is asked', async () => {
    expect(await keeper.ensure(sleeper)).toBe('started');
    const pid = keeper.pidOf('sleeper');
    expect(await keeper.ensure(sleeper)).toBe('running');
    expect(keeper.pidOf('sleeper')).toBe(pid);
  });

  test('is found again by a later run', async () => {
    await keeper.ensure(sleeper);
    expect(new ProcessKeeper(dir).pidOf('sleeper')).toBe(keeper.pidOf('sleeper'));
  });

  test('replaces a process whose command line has changed', async () => {
    await keeper.ensure(sleeper);
    const before = keeper.pidOf('sleeper');
    expect(await keeper.ensure({ ...sleeper, args: ['61'] })).toBe('started');
    expect(keeper.pidOf('sleeper')).not.toBe(before);
    expect(startTicks(before ?? 0)).toBeUndefined();
  });

  test('never signals a process that got the number of one of ours', async () => {
    await keeper.ensure(sleeper);
    const pid = keeper.pidOf('sleeper');
    const record = join(dir, 'pids', 'sleeper.json');
    const content = JSON.parse(readFileSync(record, 'utf8')) as object;
    writeFileSync(record, JSON.stringify({ ...content, startTicks: '1' }));
    expect(keeper.pidOf('sleeper')).toBeUndefined();
    await keeper.stop('sleeper');
    expect(startTicks(pid ?? 0)).toBeDefined();
  });

  test('kills what does not end in time', async () => {
    await keeper.ensure({
      name: 'stubborn',
      command: 'sh',
      args: ['-c', 'trap "" TERM; while :; do sleep 1; done'],
    });
    const pid = keeper.pidOf('stubborn') ?? 0;
    await keeper.stop('stubborn', 200);
    expect(startTicks(pid)).toBeUndefined();
  });

  test('sweeps up processes whose record was lost, and their children', async () => {
    await keeper.ensure({ name: 'parent', command: 'sh', args: ['-c', 'sleep 60 & wait'] });
    const pid = keeper.pidOf('parent') ?? 0;
    rmSync(join(dir, 'pids', 'parent.json'));
    await keeper.sweep();
    expect(startTicks(pid)).toBeUndefined();
  });

  test('says how a process ended, so that nobody waits for it', async () => {
    await keeper.ensure({ name: 'broken', command: 'sh', args: ['-c', 'echo no such luck >&2; exit 3'] });
    while (keeper.pidOf('broken') !== undefined) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(() => {
      keeper.assertRunning('broken');
    }).toThrow(WaitingIsFutile);
    expect(() => {
      keeper.assertRunning('broken');
    }).toThrow(/no such luck/);
  });
});
