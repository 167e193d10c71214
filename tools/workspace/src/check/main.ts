// `npm run check [base]`: formatting, types, lint and unit tests of what a change reaches; for the way between commits.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInOrder } from '../verify/run-stage.ts';
import { sum } from '../verify/tally.ts';
import { changedFiles } from './changed-files.ts';
import { checkSteps } from './steps.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const begun = performance.now();
const files = changedFiles(root, process.argv[2]);
const steps = checkSteps({
  files,
  present: files.filter((file) => existsSync(join(root, file))),
  projects: affectedFolders(files),
});
const results = await runInOrder(steps, { root, folder: join(root, '.local', 'check') });
const total = sum(results.map(({ tally }) => tally));
process.exitCode = total.failed === 0 ? 0 : 1;
const seconds = ((performance.now() - begun) / 1000).toFixed(0);
console.log(`\n${files.length} changed files checked in ${seconds} s.`);
console.log(`${total.passed} passed, ${total.failed} failed`);

/** Folders of the projects that nx says a change of these files reaches. */
function affectedFolders(changed: readonly string[]): string[] {
  const nx = (...args: string[]): string =>
    execFileSync('nx', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const names = JSON.parse(
    nx('show', 'projects', '--affected', `--files=${changed.join(',')}`, '--json'),
  ) as string[];
  return names.map((name) => (JSON.parse(nx('show', 'project', name, '--json')) as { root: string }).root);
}
