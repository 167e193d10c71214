import { describe, expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { createLogger } from './logger.ts';
import { runProcess, type RunProcessOptions } from './run-process.ts';

function harness(parts: Partial<RunProcessOptions> = {}) {
  const host = Object.assign(new EventEmitter(), {
    exits: [] as number[],
    exit: (code: number) => host.exits.push(code),
  });
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const calls = { stop: 0 };
  const code = runProcess({
    start: () => Promise.resolve(),
    stop: () => {
      calls.stop++;
      return Promise.resolve();
    },
    logger: createLogger({ name: 'test', level: 'debug', destination: { write } }),
    graceMs: 5000,
    process: host,
    ...parts,
  });
  const messages = () => lines.map(({ message }) => message);
  return { host, lines, messages, calls, code };
}

const never = () => new Promise<void>(() => undefined);

describe('runProcess', () => {
  test.each(['SIGTERM', 'SIGINT'])('stops once on %s and exits with 0', async (signal) => {
    const { host, calls, code, messages } = harness();
    await Promise.resolve();
    host.emit(signal);
    host.emit(signal);
    host.emit('SIGTERM');
    expect(await code).toBe(0);
    host.emit('SIGTERM');
    expect([calls.stop, host.exits, messages()]).toEqual([1, [0], ['Started', 'Stopping', 'Stopped']]);
  });

  test('listens only to the signals that it is given', async () => {
    const { host, code } = harness({ signals: ['SIGHUP'] });
    expect(host.listenerCount('SIGTERM')).toBe(0);
    host.emit('SIGHUP');
    expect(await code).toBe(0);
  });

  test('stops a program that is still starting', async () => {
    const { host, calls, code } = harness({ start: never });
    host.emit('SIGTERM');
    expect([await code, calls.stop]).toEqual([0, 1]);
  });

  test('logs why the start failed, cleans up and exits with 1', async () => {
    const { code, calls, lines } = harness({ start: () => Promise.reject(new Error('no port')) });
    expect([await code, calls.stop]).toEqual([1, 1]);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'Start failed',
      error: { message: 'no port' },
    });
  });

  test('exits with 1 when the stop fails', async () => {
    const { host, code, messages } = harness({ stop: () => Promise.reject(new Error('stuck')) });
    host.emit('SIGTERM');
    expect(await code).toBe(1);
    expect(messages()).toContain('Stop failed');
  });

  test('exits with 1 when the stop outlasts the grace period', async () => {
    const { host, code, messages } = harness({ stop: never, graceMs: 5 });
    host.emit('SIGTERM');
    expect(await code).toBe(1);
    expect(messages()).toContain('Stop took longer than the grace period, exiting');
  });

  test.each(['uncaughtException', 'unhandledRejection'])(
    'logs an %s with its cause and exits with 1',
    async (event) => {
      const { host, code, lines, calls } = harness();
      host.emit(event, new Error('outer', { cause: new Error('inner') }));
      expect([await code, host.exits, calls.stop]).toEqual([1, [1], 0]);
      expect(lines[0]).toMatchObject({ event, error: { message: 'outer', cause: { message: 'inner' } } });
    },
  );

  test('an uncaught error during a stop that hangs still ends the process', () => {
    const { host } = harness({ stop: never, graceMs: 1 });
    host.emit('SIGTERM');
    host.emit('uncaughtException', new Error('late'));
    expect(host.exits).toEqual([1]);
  });
});
