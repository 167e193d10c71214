import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stages, type Stage } from './stages.ts';
import { readTallies, stageTally, sum, type Tally } from './tally.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const tallies = join(root, '.local', 'tally');

function runStage({ title, command: [program, ...args], counted }: Stage, index: number): Tally {
  console.log(`\n=== ${title} ===`);
  const begun = performance.now();
  const folder = join(tallies, String(index));
  rmSync(folder, { recursive: true, force: true });
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, EVENT_SINKS_TALLY: folder },
  });
  if (error) console.error(error.message);
  const tally = stageTally(status ?? 1, counted ? readTallies(folder) : undefined);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`--- ${title}: ${tally.failed === 0 ? 'well' : 'FAILED'}, ${seconds} s`);
  return tally;
}

const total = sum(stages.map(runStage));
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
