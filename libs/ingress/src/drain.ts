import type { Clock } from '@event-sinks/runtime';
import { createServer, type Server } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { IngressLimits } from './types.ts';

/** What {@link stopServing} needs. */
export interface StopContext {
  readonly server: Server;
  readonly clock: Clock;
  readonly limits: Pick<IngressLimits, 'drainTimeoutMs' | 'headersTimeoutMs'>;
  /** Closes connections on which nothing is under way. */
  readonly closeIdle: () => void;
  /** Events that are not stored yet. */
  readonly inFlight: () => number;
}

const lookEveryMs = 20;
/** For clients that keep on connecting although nothing should route them here any more. */
const maxBacklogMs = 1_000;
/** A turn in which nothing was done takes about so long. */
const shortTurnMs = 0.05;

/**
 * Takes no more connections and waits for those that are there.
 *
 *   idle                → closed
 *   request in flight   → answered, then closed
 *   opened, still mute  → may send its request within the time for headers
 *   event being stored  → waited for, also when its client has left
 *
 * Whatever is left after `drainTimeoutMs` is for the caller to cut.
 */
export async function stopServing(context: StopContext): Promise<void> {
  const { server, clock, limits, inFlight, closeIdle } = context;
  const from = clock.monotonic();
  await rehearseClose();
  await emptyBacklog(server, clock);
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
    // A timer comes before what has arrived meanwhile is read, and a connection with a request on it looks idle.
    await setImmediate();
    closeIdle();
  }
}

/**
 * Opens and closes another listener, for the sake of what that makes V8 compile: a process closes a listener once, and
 * where it takes its first milliseconds over it, each connection of these is reset.
 */
async function rehearseClose(): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.once('error', () => {
      resolve();
    });
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      server.close(() => {
        resolve();
      });
    });
  });
}

/**
 * Accepts what the kernel has already accepted: closing the listener would reset it.
 *
 * A turn of the loop that took no connection has seen the queue empty at its begin, and has also read what had arrived on
 * connections that look idle otherwise. What connects during the turn is reset all the same, since TCP cannot refuse new
 * connections and keep those in the queue; so the turn must have been short besides, and what counts as short grows with
 * the wait for one.
 */
async function emptyBacklog(server: Server, clock: Clock): Promise<void> {
  const from = clock.monotonic();
  let taken = 0;
  const onConnection = (): void => {
    taken += 1;
  };
  server.on('connection', onConnection);
  // The first wait only reaches the end of the present turn.
  await setImmediate();
  for (;;) {
    const before = taken;
    const begun = clock.monotonic();
    await setImmediate();
    const ended = clock.monotonic();
    const waited = ended - from;
    if (waited >= maxBacklogMs || (taken === before && ended - begun <= shortTurnMs + waited / 1_000)) break;
  }
  server.off('connection', onConnection);
}
