import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from './stages.ts';
import { readRuns, stageTally, tallyOf, type FileCost, type Tally } from './tally.ts';

/** What one stage came to. */
export interface StageResult {
  readonly title: string;
  readonly tally: Tally;
  readonly seconds: number;
  /** Its test files, when it has any. */
  readonly files: readonly FileCost[];
}

/** Where the checkout is, and where stages leave their output and their counts. */
export interface StagePlace {
  readonly root: string;
  readonly folder: string;
}

/**
 * Runs one stage to its end. Its output goes to a file and is printed whole when the stage ends. Never throws: a program that
 * cannot be started is a failed stage.
 */
export async function runStage(stage: Stage, { root, folder }: StagePlace): Promise<StageResult> {
  const place = join(folder, stage.title.replaceAll(/[^A-Za-z]+/g, '-').toLowerCase());
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const log = join(place, 'output.log');
  console.log(`    ${stage.title}: started, output in ${log}`);
  const begun = performance.now();
  const counts = join(place, 'tally');
  const code = await exitCode(stage, { root, log, counts });
  const runs = stage.counted ? readRuns(counts) : [];
  const tally = stageTally(code, stage.counted ? tallyOf(runs) : undefined);
  const seconds = (performance.now() - begun) / 1000;
  console.log(`\n=== ${stage.title} ===\n${readFileSync(log, 'utf8').trimEnd()}`);
  console.log(`--- ${stage.title}: ${tally.failed === 0 ? 'passed' : 'FAILED'}, ${seconds.toFixed(1)} s`);
  return { title: stage.title, tally, seconds, files: runs.flatMap(({ files }) => files) };
}

async function exitCode(
  { command: [program, ...args] }: Stage,
  { root, log, counts }: { root: string; log: string; counts: string },
): Promise<number> {
  const output = createWriteStream(log);
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, EVENT_SINKS_TALLY: counts },
  });
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  const code = await new Promise<number>((resolve) => {
    child.once('error', (error) => {
      output.write(`${error.message}\n`);
      resolve(1);
    });
    child.once('close', (status) => {
      resolve(status ?? 1);
    });
  });
  await new Promise<void>((resolve) => output.end(resolve));
  return code;
}

/** Runs stages one after the other; each runs even when one before it failed. */
export async function runInOrder(stages: readonly Stage[], place: StagePlace): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const stage of stages) results.push(await runStage(stage, place));
  return results;
}
