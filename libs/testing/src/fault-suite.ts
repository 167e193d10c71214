import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../../e2e/faults/main.ts', import.meta.url));

/**
 * Runs `npm run faults -- <suite> --small --json` as a person would: it is a program and no part of a project.
 * Resolves with the scenarios by their names. @throws Error with all that it told when there is no report.
 */
export async function runFaultSuite<S extends { readonly scenario: string }>(
  suite: string,
): Promise<ReadonlyMap<string, S>> {
  const args = ['--disable-warning=ExperimentalWarning', command, suite, '--small', '--json'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()));
  await once(child, 'close');
  if (output === '') throw new Error(`no report: ${told}`);
  const report = JSON.parse(output) as { scenarios: S[] };
  return new Map(report.scenarios.map((scenario) => [scenario.scenario, scenario]));
}
