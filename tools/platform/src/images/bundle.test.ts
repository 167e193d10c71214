import { expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleApp } from './apps.ts';
import { readSettings } from '../settings.ts';

test('an app bundled twice is the same file, wherever it is written, and names no folder of this machine', async () => {
  const { checkout } = readSettings({});
  const folder = mkdtempSync(join(tmpdir(), 'event-sinks-bundle-'));
  try {
    const files = ['one.mjs', 'further/two.mjs'].map((name) => join(folder, name));
    for (const file of files) await bundleApp(checkout, 'job-sink', file);
    const [one, two] = files.map((file) => readFileSync(file, 'utf8'));
    expect(one?.length).toBeGreaterThan(100_000);
    expect(one === two).toBe(true);
    expect(one?.includes(checkout)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
