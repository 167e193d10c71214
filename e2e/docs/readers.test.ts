import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { fencesOf } from './fences.ts';
import { read } from './pages.ts';

/** The programs of the page, in order: one for the event file, one for records, in each language. */
const programs = (language: string): string[] =>
  fencesOf(read('docs/guides/recipes/read-events.md'))
    .filter((fence) => fence.language === language)
    .map(({ text }) => text);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'event-sinks-readers-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const options = { encoding: 'utf8', timeout: 60_000, env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(command, args, options);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Writes a program, so that it can be run or checked. */
function saved(name: string, text: string | undefined): string {
  const path = join(folder, name);
  writeFileSync(path, text ?? '');
  return path;
}

const languages = {
  python: { name: 'reader.py', run: 'python3', check: ['python3', '-m', 'py_compile'] },
  js: { name: 'reader.mjs', run: process.execPath, check: [process.execPath, '--check'] },
} as const;

describe.each(['python', 'js'] as const)('the programs in %s', (language) => {
  const { name, run: runner, check } = languages[language];

  test('are two: one for the event file, one for records', () => {
    expect(programs(language)).toHaveLength(2);
  });

  test.each([
    [
      'JSON',
      '"data":{"n":9007199254740991}',
      { python: "{'n': 9007199254740991}", js: '{ n: 9007199254740991 }' },
    ],
    ['bytes', '"data_base64":"aGk="', { python: "b'hi'", js: '<Buffer 68 69>' }],
    ['nothing', '"subject":"a"', { python: 'None', js: 'undefined' }],
  ])('read an event file with %s', (kind, member, printed) => {
    const events = join(folder, `${language}-${kind}`);
    mkdirSync(events);
    writeFileSync(
      join(events, 'event'),
      `{"specversion":"1.0","id":"1","source":"/me","type":"demo",${member}}`,
    );
    const program = saved(name, programs(language)[0]);
    expect(run(runner, [program], { K_EVENT_PATH: events })).toBe(`demo 1 ${printed[language]}\n`);
  });

  test('for records are syntactically valid', () => {
    const [command, ...args] = check;
    run(command, [...args, saved(`records-${name}`, programs(language)[1])]);
  });
});
