import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a process has used since {@link ProcessWatch.begin}. */
export interface ProcessUse {
  readonly baselineMiB: number;
  /** Resident memory over the baseline, at most. */
  readonly growthMiB: number;
  /** The longest turn of the event loop, in milliseconds of this thread's processor time. */
  readonly longestTurnMs: number;
  /** The longest delay of the event loop; on a busy machine this includes the time of other processes. */
  readonly longestDelayMs: number;
}

/** Watches memory and event loop of its own process. */
export interface ProcessWatch {
  begin(): void;
  end(): ProcessUse;
}

const MiB = 1_048_576;
const resolutionMs = 10;

/** Starts to watch. */
export function watchProcess(): ProcessWatch {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let [baseline, peak, longest, ticks] = [0, 0, 0, 0];
  let last = cpuMs();
  const timer = setInterval(() => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    ticks += 1;
    if (ticks % 5 === 0) peak = Math.max(peak, process.memoryUsage.rss());
  }, resolutionMs);
  return {
    begin: () => {
      delay.reset();
      [longest, last] = [0, cpuMs()];
      baseline = peak = process.memoryUsage.rss();
    },
    end: () => {
      clearInterval(timer);
      delay.disable();
      peak = Math.max(peak, process.memoryUsage.rss());
      return {
        baselineMiB: Math.round(baseline / MiB),
        growthMiB: Math.round((peak - baseline) / MiB),
        longestTurnMs: Math.round(Math.max(longest, cpuMs() - last)),
        longestDelayMs: Math.round(delay.max / 1e6),
      };
    },
  };
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
