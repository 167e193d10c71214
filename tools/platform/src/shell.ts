import { spawn } from 'node:child_process';

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the command's standard input, which is otherwise empty. */
  readonly input?: string | Uint8Array;
  /** Milliseconds after which the command is ended with SIGKILL. */
  readonly timeoutMs?: number;
}

/** What a command left behind. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command ended with another code than 0; the message carries the end of its output. */
export class CommandFailed extends Error {
  readonly result: RunResult;

  constructor(command: string, result: RunResult) {
    const tail = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-15).join('\n  ');
    super(`${command} ended with code ${result.code}:\n  ${tail}`);
    this.name = 'CommandFailed';
    this.result = result;
  }
}

/** The longest wait that a timer can have. */
const maxTimerMs = 2 ** 31 - 1;

/** Runs a command to its end and returns whatever its code is. Never starts a shell. */
export async function tryRun(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return await new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // spawn's own timeout keeps the event loop alive when the program does not exist.
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const { timeoutMs = maxTimerMs } = options;
    const overdue = setTimeout(() => {
      err.push(Buffer.from(`\nended, since it was not done after ${timeoutMs / 1000} s`));
      child.kill('SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', (error) => {
      clearTimeout(overdue);
      reject(error);
    });
    // A command that does not read its input closes the pipe; that is its right.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
    child.on('close', (code) => {
      clearTimeout(overdue);
      resolve({
        code: code ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
  });
}

/**
 * Runs a command to its end and returns its standard output.
 * @throws CommandFailed when it ends with another code than 0.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const result = await tryRun(command, args, options);
  if (result.code !== 0) throw new CommandFailed([command, ...args].join(' ').slice(0, 300), result);
  return result.stdout;
}

/** Thrown by a probe when waiting longer cannot help. */
export class WaitingIsFutile extends Error {
  override readonly name = 'WaitingIsFutile';
}

/** Asks `probe` again until it answers true. @throws Error with `what` and the last failure after `timeoutMs`. */
export async function waitUntil(
  what: string,
  probe: () => boolean | Promise<boolean>,
  { timeoutMs, intervalMs = 100 }: { timeoutMs: number; intervalMs?: number },
): Promise<void> {
  const end = performance.now() + timeoutMs;
  let last: unknown;
  while (performance.now() < end) {
    try {
      if (await probe()) return;
    } catch (error) {
      if (error instanceof WaitingIsFutile) throw error;
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs));
  }
  const seconds = Math.round(timeoutMs / 1000);
  throw new Error(`${what} did not come about within ${seconds} s`, { cause: last });
}
