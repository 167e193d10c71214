import { readFileSync } from 'node:fs';

/** How long the single operations of a run took, and the run as a whole. */
export interface Timing {
  readonly eventsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Runs `operation` `count` times, `inFlight` at once. The number of the operation is its argument. */
export async function timeOperations(
  count: number,
  inFlight: number,
  operation: (index: number) => Promise<void>,
): Promise<Timing> {
  const durations = new Float64Array(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      const begun = performance.now();
      await operation(index);
      durations[index] = performance.now() - begun;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  const seconds = (performance.now() - begun) / 1000;
  durations.sort();
  const at = (share: number): number => durations[Math.min(count - 1, Math.floor(count * share))] ?? 0;
  return { eventsPerSecond: count / seconds, p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** CPU time that a process has used, in microseconds; the kernel counts it in ticks of 10 ms. */
export function cpuMicros(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Memory that a process holds now, in MiB. */
export function residentMiB(pid: number): number {
  const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
}
