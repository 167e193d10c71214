import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { startTicks } from './proc.ts';

const ownMark = (): string => `${process.pid} ${startTicks(process.pid) ?? ''}`;

function livingHolder(file: string): number | undefined {
  try {
    const [pid = '', ticks] = readFileSync(file, 'utf8').split(' ');
    return startTicks(Number(pid)) === ticks ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, ownMark());
  try {
    // A link appears whole or not at all, so the lock never exists without its holder's mark in it.
    linkSync(own, file);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

function removeStale(file: string): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
    // Another waiter may have been quicker, and what was moved aside is its fresh lock: give it back.
    if (livingHolder(aside) !== undefined) linkSync(aside, file);
  } catch {
    // Somebody else removed it first.
  } finally {
    rmSync(aside, { force: true });
  }
}

/** How long to wait for a lock, and what to say meanwhile. */
export interface LockOptions {
  /** Milliseconds; 20 minutes unless given, longer than any first start takes. */
  readonly timeoutMs?: number;
  /** Called once, with the holder's pid, when the lock is not free. */
  readonly onWait?: (pid: number) => void;
}

/**
 * Runs `work` while no other process holds `file`. Waits for a living holder; a lock whose holder was killed is
 * taken over.
 * @throws Error when the holder has not let go in time.
 */
export async function withLock<T>(
  file: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const end = performance.now() + (options.timeoutMs ?? 20 * 60_000);
  let told = false;
  while (!take(file)) {
    const holder = livingHolder(file);
    if (holder === undefined) {
      removeStale(file);
      continue;
    }
    if (!told) options.onWait?.(holder);
    told = true;
    if (performance.now() > end) throw new Error(`Process ${holder} has held ${file} for too long`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
