import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRuns, stageTally, tallyOf } from './tally.ts';

describe('what a stage adds to the closing line', () => {
  test.each([
    ['a check that holds', 0, undefined, { passed: 1, failed: 0 }],
    ['a check that does not', 1, undefined, { passed: 0, failed: 1 }],
    ['tests that pass', 0, { passed: 7, failed: 0 }, { passed: 7, failed: 0 }],
    ['tests that fail', 1, { passed: 6, failed: 1 }, { passed: 6, failed: 1 }],
    ['a run that failed without a failed test', 1, { passed: 6, failed: 0 }, { passed: 6, failed: 1 }],
    ['a run without any test', 0, { passed: 0, failed: 0 }, { passed: 0, failed: 1 }],
  ])('%s', (_name, code, tests, expected) => {
    expect(stageTally(code, tests)).toEqual(expected);
  });
});

test('runs are added up, and a skipped test counts as failed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tally-'));
  try {
    const files = [{ file: 'libs/a/src/a.test.ts', seconds: 1.5 }];
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ passed: 3, failed: 1, skipped: 0, files }));
    writeFileSync(join(folder, 'b.json'), JSON.stringify({ passed: 2, failed: 0, skipped: 2, files: [] }));
    expect(tallyOf(readRuns(folder))).toEqual({ passed: 5, failed: 3 });
    expect(readRuns(folder).flatMap((run) => run.files)).toEqual(files);
    expect(tallyOf(readRuns(join(folder, 'nothing')))).toEqual({ passed: 0, failed: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
