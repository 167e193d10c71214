import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** What one test file cost. */
export interface FileCost {
  /** Path from the root of the repository. */
  readonly file: string;
  readonly seconds: number;
}

/** One file that jest's reporter left, as it wrote it. */
export interface RunTally extends Tally {
  readonly skipped: number;
  readonly files: readonly FileCost[];
}

/** Reads what the reporter left in a folder; nothing when there is no such folder. */
export function readRuns(folder: string): RunTally[] {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  return files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as RunTally);
}

/** Adds runs up. A skipped test is a failure: nothing here may be left out quietly. */
export function tallyOf(runs: readonly Omit<RunTally, 'files'>[]): Tally {
  return sum(runs.map(({ passed, failed, skipped }) => ({ passed, failed: failed + skipped })));
}

/** Adds tallies. */
export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }),
    { passed: 0, failed: 0 },
  );
}

/**
 * What a stage adds to the closing line. A stage with tests that ended badly without a failed test (it could not
 * even start them), or well without any test, counts as one failure.
 */
export function stageTally(exitCode: number, tests: Tally | undefined): Tally {
  if (tests === undefined) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const unexplained = exitCode !== 0 ? tests.failed === 0 : tests.passed === 0;
  return { passed: tests.passed, failed: tests.failed + (unexplained ? 1 : 0) };
}
