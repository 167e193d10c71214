import { describe, expect, test } from '@jest/globals';
import { checkSteps } from './steps.ts';

describe('the steps for a change', () => {
  test('run types, lint and units of the projects that it reaches, and format what is still there', () => {
    const steps = checkSteps({
      files: ['apps/job-sink/src/app.ts', 'apps/job-sink/src/gone.ts'],
      present: ['apps/job-sink/src/app.ts'],
      projects: ['apps/job-sink'],
    });
    expect(steps.map(({ title }) => title)).toEqual([
      'Formatting',
      'Generated files',
      'Types',
      'Lint',
      'Unit tests',
    ]);
    const [formatting, , types, lint, units] = steps.map(({ command }) => command.join(' '));
    expect(formatting).toMatch(/apps\/job-sink\/src\/app\.ts$/);
    expect(lint).toBe('eslint --max-warnings 0 apps/job-sink');
    for (const command of [types, units])
      expect(command).toContain('--files=apps/job-sink/src/app.ts,apps/job-sink/src/gone.ts');
  });

  test('run no compiler when no project is reached', () => {
    const steps = checkSteps({ files: ['docs/a.md'], present: ['docs/a.md'], projects: [] });
    expect(steps.map(({ title }) => title)).toEqual(['Formatting', 'Generated files']);
  });
});
