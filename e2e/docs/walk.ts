import { BashSession } from './bash-session.ts';
import { isShown } from './output.ts';
import type { ShellBlock } from './shell-blocks.ts';

/** A page, or another text that shows commands. */
export interface Walk {
  readonly page: string;
  readonly blocks: readonly ShellBlock[];
  /** The commands for where they are run. */
  readonly adapt: (commands: string) => string;
}

/** No block of the pages takes longer than some 40 s on a busy machine. */
const blockTimeoutMs = 150_000;

const tail = (text: string): string => text.trimEnd().split('\n').slice(-20).join('\n');

/** Runs the blocks in one shell, in order, until one fails. Returns what was wrong with that one, or nothing. */
export async function walk(
  { page, blocks, adapt }: Walk,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string[]> {
  const session = new BashSession(cwd, env);
  try {
    for (const block of blocks) {
      if (block.kind !== 'run') continue;
      const problems = await problemsOfRun(session, block, adapt);
      if (problems.length > 0) return [`${page}:${block.line}`, ...problems];
    }
    return [];
  } catch (error) {
    return [page, error instanceof Error ? error.message : String(error)];
  } finally {
    session.close();
  }
}

async function problemsOfRun(
  session: BashSession,
  { commands, output }: ShellBlock,
  adapt: Walk['adapt'],
): Promise<string[]> {
  const { failed, stdout, stderr } = await session.run(adapt(commands), blockTimeoutMs);
  if (failed.length > 0) return [`failed: ${failed.join('; ')}`, tail(stdout), tail(stderr)];
  if (output !== undefined && !isShown(output, stdout))
    return ['printed something else:', tail(stdout), tail(stderr)];
  return [];
}
