import { readdir, readFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';

/**
 * Stops a process with SIGSTOP and resolves when all of its threads have stopped: the signal reaches them one by
 * one, and one that still runs can answer meanwhile.
 * @throws Error when a thread still runs after the time of `eventually`.
 */
export async function pauseProcess(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await eventually(async () => {
    const threads = await readdir(`/proc/${pid}/task`);
    const states = await Promise.all(threads.map((thread) => threadState(pid, thread)));
    const running = states.filter((state) => state !== 'T').length;
    if (running > 0) throw new Error(`${running} threads of process ${pid} still run`);
  });
}

/** One letter, the third field of the thread's `stat`; the name before it may itself contain brackets. */
async function threadState(pid: number, thread: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/task/${thread}/stat`, 'utf8');
  return stat[stat.lastIndexOf(')') + 2];
}
