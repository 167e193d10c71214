/** One step of `npm test`. */
export interface Stage {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  /** Whether its tests are counted one by one; otherwise the stage itself counts as one. */
  readonly counted: boolean;
}

const nx = (...args: string[]): [string, ...string[]] => ['nx', ...args, '--output-style=static'];

/** Everything that has to hold, cheapest first. Each runs even when one before it failed. */
export const stages: readonly Stage[] = [
  { title: 'Formatting', command: ['prettier', '--check', '--log-level=warn', '.'], counted: false },
  {
    title: 'Lockfile (mend it with: npm run lock)',
    command: ['npm', 'ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    counted: false,
  },
  {
    title: 'Generated files',
    command: ['node', 'tools/workspace/src/generate.ts', '--check'],
    counted: false,
  },
  { title: 'Project references', command: nx('sync:check'), counted: false },
  { title: 'Types', command: nx('run-many', '-t', 'typecheck'), counted: false },
  // In one process: sixteen would each load TypeScript and the whole house again.
  { title: 'Lint', command: ['eslint', '--max-warnings', '0', '.'], counted: false },
  { title: 'Unit tests', command: nx('run-many', '-t', 'test', '--parallel=2'), counted: true },
  {
    title: 'Integration tests, on a real API server and a real broker',
    command: nx('run-many', '-t', 'integration', '--parallel=1'),
    counted: true,
  },
  {
    title: 'End-to-end tests, with the chart on a real cluster',
    command: nx('run-many', '-t', 'e2e'),
    counted: true,
  },
];
