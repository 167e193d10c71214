import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseJobSink, parseKafkaSink } from '@event-sinks/crds';
import { nextSteps, readSettings } from '@event-sinks/platform';
import { parseAllDocuments } from 'yaml';
import { anchorsOf, linksOf } from './links.ts';
import { yamlBlocksOf, type Manifest } from './manifests.ts';
import { allPages, checkout, read, walkedPages } from './pages.ts';
import { indentedBlocksOf, problemsOf, shellBlocksOf } from './shell-blocks.ts';

describe.each(walkedPages())('%s', (page) => {
  test('has only shell blocks that are run or say why they are not', () => {
    const problems = shellBlocksOf(read(page)).flatMap((block) =>
      problemsOf(block).map((problem) => `${page}:${block.line}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });
});

describe.each(allPages())('%s', (page) => {
  test('links to files and headings that exist', () => {
    const broken = linksOf(read(page)).filter(({ path, anchor }) => {
      const file = path === '' ? join(checkout, page) : join(checkout, dirname(page), path);
      if (!existsSync(file)) return true;
      return (
        anchor !== undefined && file.endsWith('.md') && !anchorsOf(readFileSync(file, 'utf8')).has(anchor)
      );
    });
    expect(broken).toEqual([]);
  });

  test('has only YAML that parses, and sinks that the API server accepts', () => {
    expect(
      yamlBlocksOf(read(page)).flatMap(({ line, text }) =>
        yamlProblems(text).map((each) => `${line}: ${each}`),
      ),
    ).toEqual([]);
  });
});

function yamlProblems(text: string): string[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors[0]) return [document.errors[0].message];
    return sinkProblems(document.toJS() as Manifest | null);
  });
}

function sinkProblems(object: Manifest | null): string[] {
  const parse = { JobSink: parseJobSink, KafkaSink: parseKafkaSink }[object?.kind ?? ''];
  if (parse === undefined) return [];
  // As it comes back from the API server, which adds these to every object.
  const metadata = { ...object?.metadata, namespace: 'default', uid: 'u', generation: 1 };
  const result = parse({ ...object, metadata });
  return result.ok ? [] : [...result.problems];
}

test('the npm commands that the pages show exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const used = allPages().flatMap((page) =>
    [...read(page).matchAll(/\bnpm (?:run ([\w-]+)|(start|test|stop))\b/g)].map(
      ([, script, short]) => script ?? short ?? '',
    ),
  );
  expect(used).not.toEqual([]);
  expect([...new Set(used)].filter((script) => !(script in scripts))).toEqual([]);
});

test('npm start ends with commands that can be pasted paragraph by paragraph', () => {
  const blocks = indentedBlocksOf(nextSteps(readSettings({}), { prometheus: undefined }));
  expect(blocks).toHaveLength(4);
  expect(blocks.flatMap(problemsOf)).toEqual([]);
});
