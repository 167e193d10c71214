import type { StageResult } from './run-stage.ts';

/** How many of the longest files are named. */
const longest = 10;

/** What each stage cost and which files were the longest, as lines of text. */
export function costReport(results: readonly StageResult[]): string {
  const stages = results.map(({ title, seconds }) => row(seconds, title));
  const files = results
    .flatMap((result) => result.files)
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, longest)
    .map(({ file, seconds }) => row(seconds, file));
  return ['Stages:', ...stages, `The ${longest} longest test files:`, ...files].join('\n');
}

const row = (seconds: number, name: string): string => `${seconds.toFixed(1).padStart(8)} s  ${name}`;
