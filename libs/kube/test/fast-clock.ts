import { systemClock, type Clock } from '@event-sinks/runtime';

/** The machine's clock at `speed` times its pace, for tests in which real sockets take part. */
export function fastClock(speed: number): Clock {
  return {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() * speed,
    setTimeout: (fn, ms) => systemClock.setTimeout(fn, ms / speed),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}
