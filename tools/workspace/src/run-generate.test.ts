import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generators, runGenerate } from './index.ts';
import type { Generator } from './generators/generated-file.ts';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

const twoFiles: Generator = () => [
  { path: 'docs/a.md', text: '#   A\n' },
  { path: 'charts/b.yaml', text: 'b:   "1"\n' },
];

describe('runGenerate', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'generate-'));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  const run = (check: boolean) => runGenerate({ root, generators: [twoFiles], check });

  test('writes what is missing, in the format of prettier', async () => {
    expect(await run(false)).toEqual({ exitCode: 0, lines: ['wrote docs/a.md', 'wrote charts/b.yaml'] });
    expect(await readFile(join(root, 'docs/a.md'), 'utf8')).toBe('# A\n');
    expect(await readFile(join(root, 'charts/b.yaml'), 'utf8')).toBe("b: '1'\n");
  });

  test('leaves alone what is up to date', async () => {
    await run(false);
    expect(await run(false)).toEqual({ exitCode: 0, lines: [] });
    expect(await run(true)).toEqual({ exitCode: 0, lines: [] });
  });

  test('with check, names each file that differs or is missing and changes nothing', async () => {
    await run(false);
    await writeFile(join(root, 'docs/a.md'), '# A, by hand\n');
    await rm(join(root, 'charts/b.yaml'));
    expect(await run(true)).toEqual({
      exitCode: 1,
      lines: [
        'out of date: docs/a.md',
        'out of date: charts/b.yaml',
        'Run `npm run generate` and commit the result.',
      ],
    });
    expect(await readFile(join(root, 'docs/a.md'), 'utf8')).toBe('# A, by hand\n');
    await expect(stat(join(root, 'charts/b.yaml'))).rejects.toThrow('ENOENT');
  });

  test('a folder in the place of a file is an error and not a difference', async () => {
    const folder: Generator = () => [{ path: '.', text: '' }];
    await expect(runGenerate({ root, generators: [folder], check: true })).rejects.toThrow();
  });
});

test('the generated files that are checked in are up to date', async () => {
  const outcome = await runGenerate({ root: workspace, generators, check: true });
  expect(outcome.lines).toEqual([]);
});
