import type { Generator } from './generators/generated-file.ts';
import { generateCommand } from './generators/generated-file.ts';
import { differing, generatedFiles, writeFiles } from './workspace-files.ts';

/** What one run of the generators needs. */
export interface GenerateRun {
  readonly root: string;
  readonly generators: readonly Generator[];
  /** Only compare; write nothing. */
  readonly check: boolean;
}

/** How a run ended: the process’s exit code and the lines to print. */
export interface GenerateOutcome {
  readonly exitCode: 0 | 1;
  readonly lines: readonly string[];
}

/** Brings the generated files up to date, or with `check` tells which are not. */
export async function runGenerate({ root, generators, check }: GenerateRun): Promise<GenerateOutcome> {
  const files = await generatedFiles(generators);
  const stale = await differing(root, files);
  const paths = stale.map(({ path }) => path);
  if (!check) {
    await writeFiles(root, stale);
    return { exitCode: 0, lines: paths.map((path) => `wrote ${path}`) };
  }
  if (stale.length === 0) return { exitCode: 0, lines: [] };
  return {
    exitCode: 1,
    lines: [
      ...paths.map((path) => `out of date: ${path}`),
      `Run \`${generateCommand}\` and commit the result.`,
    ],
  };
}
