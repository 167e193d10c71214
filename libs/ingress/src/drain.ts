import type { Clock } from '@event-sinks/runtime';
import type { Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { IngressLimits } from './types.ts';

/** What {@link stopServing} needs. */
export interface StopContext {
  readonly server: Server;
  readonly clock: Clock;
  readonly limits: Pick<IngressLimits, 'drainTimeoutMs' | 'headersTimeoutMs'>;
  /** Events that are not stored yet. */
  readonly inFlight: () => number;
}

const lookEveryMs = 20;

/**
 * Takes no more connections and waits for those that are there.
 *
 *   idle                → closed
 *   request in flight   → answered, then closed
 *   opened, still mute  → may send its request within the time for headers
 *   event being stored  → waited for, also when its client has left
 *
 * Whatever is left after `drainTimeoutMs` is cut.
 */
export async function stopServing({ server, clock, limits, inFlight }: StopContext): Promise<void> {
  const from = clock.monotonic();
  // Lets requests that have already arrived be read before their connections are taken for idle.
  await setImmediate();
  const listener = { closed: false };
  server.close(() => {
    listener.closed = true;
  });
  for (;;) {
    const passed = clock.monotonic() - from;
    const idle = inFlight() === 0;
    if (idle && (listener.closed || passed >= limits.headersTimeoutMs)) break;
    if (passed >= limits.drainTimeoutMs) break;
    await clock.sleep(lookEveryMs);
    server.closeIdleConnections();
  }
  server.closeAllConnections();
}
