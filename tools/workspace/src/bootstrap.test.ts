import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const bootstrap = join(import.meta.dirname, '..', '..', 'bootstrap.mjs');

/** A checkout with a dependency that asks for a Node newer than any, and a command that says that it runs. */
let checkout: string;

beforeAll(() => {
  checkout = mkdtempSync(join(tmpdir(), 'event-sinks-bootstrap-'));
  const dependency = { name: 'dependency', version: '1.0.0', engines: { node: '>=99' } };
  const root = { name: 'checkout', version: '1.0.0', workspaces: ['dependency'] };
  write('package.json', root);
  write('dependency/package.json', dependency);
  write('package-lock.json', {
    ...{ name: root.name, version: root.version, lockfileVersion: 3, requires: true },
    packages: { '': root, dependency, 'node_modules/dependency': { resolved: 'dependency', link: true } },
  });
  write('tools/platform/src/main.ts', 'console.log("started");');
  copyFileSync(bootstrap, join(checkout, 'tools', 'bootstrap.mjs'));
});
afterAll(() => {
  rmSync(checkout, { recursive: true, force: true });
});

function write(path: string, content: string | object): void {
  const file = join(checkout, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const start = (): { stdout: string; stderr: string } =>
  spawnSync(process.execPath, [join(checkout, 'tools', 'bootstrap.mjs'), 'start'], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: checkout },
  });

test('the first start says how long it takes before npm says anything, and shows no warnings about engines', () => {
  const { stdout, stderr } = start();
  const lines = stdout.trim().split('\n');
  expect(lines[0]).toMatch(/^First start .* takes about 8 minutes on 2 cores/);
  expect(lines[1]).toBe('Installing dependencies: npm ci');
  expect(lines.at(-1)).toBe('started');
  expect(stderr).toBe('');
});

test('a later start says nothing of it', () => {
  expect(start().stdout).toBe('started\n');
});
