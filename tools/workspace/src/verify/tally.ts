import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** One file that jest's reporter left, as it wrote it. */
interface RunTally extends Tally {
  readonly project: string;
  readonly skipped: number;
}

/** Adds up what the reporter left in a folder. A skipped test is a failure: nothing here may be left out quietly. */
export function readTallies(folder: string): Tally {
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const runs = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as RunTally);
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
