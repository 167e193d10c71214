import { describe, expect, test } from '@jest/globals';
import { admissionWarnings, templateWarnings } from './template-warnings.ts';

test('warnings name the field in the JobSink', () => {
  expect(
    templateWarnings([
      'spec.template.spec.containers[0].env[1]: hides previous definition of "A"',
      'would violate PodSecurity "restricted:latest"',
      'metadata.name: this is used in Pod names and hostnames',
    ]),
  ).toEqual([
    'spec.job.spec.template.spec.containers[0].env[1]: hides previous definition of "A"',
    'spec.job: would violate PodSecurity "restricted:latest"',
  ]);
});

describe('warnings of an admission', () => {
  test('stay as they are when they are short', () => {
    expect(admissionWarnings(['a', 'b'])).toEqual(['a', 'b']);
  });

  test.each([
    [
      'after a comma',
      `${'x'.repeat(200)}, ${'y'.repeat(100)}`,
      [`${'x'.repeat(200)}, …`, `… ${'y'.repeat(100)}`],
    ],
    [
      'after a space',
      `${'x'.repeat(200)} ${'y'.repeat(100)}`,
      [`${'x'.repeat(200)} …`, `… ${'y'.repeat(100)}`],
    ],
    ['anywhere', 'x'.repeat(300), [`${'x'.repeat(254)} …`, `… ${'x'.repeat(46)}`]],
  ])('are split %s when they are longer than 256 characters', (_name, text, pieces) => {
    expect(admissionWarnings([text])).toEqual(pieces);
  });

  test('have 4,096 characters together at most', () => {
    const warnings = admissionWarnings(Array.from({ length: 100 }, () => 'word, '.repeat(100)));
    expect(Math.max(...warnings.map((text) => text.length))).toBeLessThanOrEqual(256);
    expect(warnings.join('').length).toBeLessThanOrEqual(4_096);
    expect(warnings.length).toBeGreaterThan(10);
  });
});
