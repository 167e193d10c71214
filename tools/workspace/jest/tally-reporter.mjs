import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Leaves each run's counts and times in EVENT_SINKS_TALLY, where `npm test` adds them up for its closing lines. */
class TallyReporter {
  onRunComplete(_contexts, results) {
    const folder = process.env.EVENT_SINKS_TALLY;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    const tally = {
      passed: results.numPassedTests,
      failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
      skipped: results.numPendingTests + results.numTodoTests,
      files: results.testResults.map(({ testFilePath, perfStats }) => ({
        file: relative(root, testFilePath),
        seconds: (perfStats.end - perfStats.start) / 1000,
      })),
    };
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(tally));
  }
}

export default TallyReporter;
