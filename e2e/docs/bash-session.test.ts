import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BashSession } from './bash-session.ts';

let session: BashSession;
beforeEach(() => {
  session = new BashSession('/', { PATH: process.env['PATH'] });
});
afterEach(() => {
  session.close();
});

test('keeps variables, functions and jobs for the next block', async () => {
  await session.run('export A=1\nsay() { echo "said $1"; }\nsleep 60 &\n', 10_000);
  expect(await session.run('say $A\nkill %1\n', 10_000)).toEqual({
    failed: [],
    stdout: 'said 1\n',
    stderr: '',
  });
});

test('names each command that failed, also in a function, and goes on', async () => {
  const { failed, stdout } = await session.run(
    'f() { false; echo b; }\nls /absent 2>&1 >/dev/null\nf\n',
    10_000,
  );
  expect(failed).toEqual(['ls /absent 2>&1 > /dev/null', 'false']);
  expect(stdout).toContain('b\n');
});

test('names a last command that failed once', async () => {
  expect((await session.run('echo a\nfalse\n', 10_000)).failed).toEqual(['false']);
});

test('takes a condition that is not met for no failure', async () => {
  expect(await session.run('until [ -n "$B" ]; do B=1; done\nfalse || echo c\n', 10_000)).toMatchObject({
    failed: [],
    stdout: 'c\n',
  });
});

test('gives commands no input, so that none reads the next block', async () => {
  expect(await session.run('cat\necho d\n', 10_000)).toMatchObject({ stdout: 'd\n' });
});

test('ends a block that takes too long, with what it printed', async () => {
  await expect(session.run('echo e; sleep 60\n', 100)).rejects.toThrow('0.1 s:\ne\n');
});

test('ends with a block that ends the shell', async () => {
  await expect(session.run('exit 3\n', 10_000)).rejects.toThrow('The shell ended');
});
