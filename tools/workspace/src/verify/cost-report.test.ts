import { expect, test } from '@jest/globals';
import { costReport } from './cost-report.ts';

test('names every stage and the ten longest files of all stages', () => {
  const files = Array.from({ length: 12 }, (_, index) => ({ file: `f${index}.test.ts`, seconds: index }));
  const report = costReport([
    { title: 'Types', tally: { passed: 1, failed: 0 }, seconds: 63.24, files: [] },
    { title: 'Unit tests', tally: { passed: 7, failed: 0 }, seconds: 12, files: files.slice(0, 6) },
    { title: 'Integration tests', tally: { passed: 9, failed: 0 }, seconds: 700, files: files.slice(6) },
  ]).split('\n');
  expect(report.slice(0, 5)).toEqual([
    'Stages:',
    '    63.2 s  Types',
    '    12.0 s  Unit tests',
    '   700.0 s  Integration tests',
    'The 10 longest test files:',
  ]);
  expect(report.slice(5).map((line) => line.trim())).toEqual(
    files
      .slice(2)
      .reverse()
      .map(({ file, seconds }) => `${seconds.toFixed(1)} s  ${file}`),
  );
});
