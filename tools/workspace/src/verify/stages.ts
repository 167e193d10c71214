/** One step of `npm test`. */
export interface Stage {
  readonly title: string;
  readonly command: readonly [string, ...string[]];
  /** Whether its tests are counted one by one; otherwise the stage itself counts as one. */
  readonly counted: boolean;
}

const nx = (...args: string[]): [string, ...string[]] => ['nx', ...args, '--output-style=static'];

/** Jest on ES modules, with one of the configurations in tools/workspace/jest. */
const jest = (config: string): [string, ...string[]] => [
  ...(['node', '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] as const),
  ...['node_modules/jest/bin/jest.js', '--config', `tools/workspace/jest/${config}.config.mjs`],
];

/** Installs and builds what the tests start, so that no test waits for it or competes with it. */
export const preparation: Stage = {
  title: 'Packages, programs and Kafka for the tests',
  command: ['node', '--disable-warning=ExperimentalWarning', 'tools/platform/src/prepare.ts'],
  counted: false,
};

/** Needs no server: cheapest first. */
export const checks: readonly Stage[] = [
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
  { title: 'Unit tests', command: jest('all-unit'), counted: true },
];

/** Each file starts its own servers and mostly waits for them, so files of all projects run side by side. */
export const integration: Stage = {
  title: 'Integration tests, on a real API server and a real broker',
  command: jest('all-integration'),
  counted: true,
};

/** One file at a time: they share one cluster. */
export const endToEnd: Stage = {
  title: 'End-to-end tests, with the chart on a real cluster',
  command: nx('run-many', '-t', 'e2e'),
  counted: true,
};
