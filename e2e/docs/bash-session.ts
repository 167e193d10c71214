import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What came of a block. */
export interface BlockResult {
  /** Commands of the block that ended with another code than 0, as bash names them. */
  readonly failed: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * One shell in which the blocks of a page are run in order, as by a person with one terminal: variables, functions and
 * background jobs of a block are there for the next one.
 */
export class BashSession {
  readonly #folder = mkdtempSync(join(tmpdir(), 'event-sinks-docs-'));
  readonly #shell: ChildProcess;
  readonly #reports: AsyncIterator<string, undefined>;
  #blocks = 0;

  constructor(cwd: string, env: Readonly<Record<string, string | undefined>>) {
    // In a process group of its own, so that its background jobs end with it.
    this.#shell = spawn('bash', ['--norc', '--noprofile'], {
      cwd,
      env: { ...env },
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    });
    const reports = createInterface({ input: this.#shell.stdio[3] as Readable });
    this.#reports = reports[Symbol.asyncIterator]();
    this.#write(`set -E; trap 'printf "failed %s\\n" "\${BASH_COMMAND%%$'"'\\n'"'*}" >&3' ERR`);
  }

  /** Runs a block to its end. @throws Error with the end of its output when it takes longer than `timeoutMs`. */
  async run(commands: string, timeoutMs: number): Promise<BlockResult> {
    this.#blocks += 1;
    const path = join(this.#folder, String(this.#blocks));
    writeFileSync(path, commands);
    this.#write(`source ${path} >${path}.out 2>${path}.err </dev/null; echo done >&3`);
    const failed: string[] = [];
    const overdue = setTimeout(() => {
      this.#kill();
    }, timeoutMs);
    try {
      for (;;) {
        const report = await this.#reports.next();
        if (report.done === true) break;
        if (report.value === 'done') return { failed, ...outputOf(path) };
        const command = report.value.replace('failed ', '');
        // The last command's code is that of the whole block too.
        if (!command.startsWith(`source ${path} `)) failed.push(command);
      }
    } finally {
      clearTimeout(overdue);
    }
    const { stdout, stderr } = outputOf(path);
    throw new Error(`The shell ended, or was ended after ${timeoutMs / 1000} s:\n${stdout}${stderr}`);
  }

  /** Ends the shell and its background jobs. */
  close(): void {
    this.#kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(line: string): void {
    this.#shell.stdin?.write(`${line}\n`);
  }

  #kill(): void {
    const { pid } = this.#shell;
    if (pid === undefined) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch (error) {
      // Everything in the group has ended already.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function outputOf(path: string): { stdout: string; stderr: string } {
  return { stdout: readFileSync(`${path}.out`, 'utf8'), stderr: readFileSync(`${path}.err`, 'utf8') };
}
