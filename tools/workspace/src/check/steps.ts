import type { Stage } from '../verify/stages.ts';

/** What was changed, and which projects that reaches. */
export interface Change {
  /** Paths from the root. */
  readonly files: readonly string[];
  /** Those of them that are still there. */
  readonly present: readonly string[];
  /** Folders of the projects that were changed or depend on one that was. */
  readonly projects: readonly string[];
}

/** What `npm run check` runs for a change; nothing that needs a server. */
export function checkSteps({ files, present, projects }: Change): Stage[] {
  const list = files.join(',');
  const nx = (target: string, ...args: string[]): readonly [string, ...string[]] => [
    'nx',
    ...['affected', '-t', target, `--files=${list}`, ...args, '--output-style=static'],
  ];
  const step = (title: string, command: readonly [string, ...string[]]): Stage => ({
    title,
    command,
    counted: false,
  });
  const always = [
    step('Formatting', ['prettier', '--check', '--log-level=warn', '--ignore-unknown', ...present]),
    step('Generated files', ['node', 'tools/workspace/src/generate.ts', '--check']),
  ];
  if (projects.length === 0) return always;
  return [
    ...always,
    step('Types', nx('typecheck')),
    // One process for all folders: each one would load TypeScript again.
    step('Lint', ['eslint', '--max-warnings', '0', ...projects]),
    step('Unit tests', nx('test', '--parallel=2')),
  ];
}
