import process from 'node:process';

/** How long what the tests left open may take to close, in milliseconds. */
const graceMs = 60_000;

/**
 * Ends a run whose tests left something open, and fails it: Jest by itself would wait for ever, and with it whoever waits
 * for Jest. A run that can end does so before, since the timer does not hold it.
 */
class EndingReporter {
  onRunComplete() {
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ');
      process.stderr.write(`The tests are over and something of theirs is still open: ${open}\n`);
      process.exit(1);
    }, graceMs).unref();
  }
}

export default EndingReporter;
