import type { Clock } from '@event-sinks/runtime';
import type { KubeClient } from './client.ts';
import { readLines } from './lines.ts';
import type { KubeObject } from './object.ts';
import { resourcePath, type Resource } from './resource.ts';
import { parseWatchEvent, type WatchEvent } from './watch-event.ts';

/** One watch, from opening it to its end. */
export interface WatchRun<T extends KubeObject> {
  readonly client: Pick<KubeClient, 'stream'>;
  readonly clock: Clock;
  readonly resource: Resource<T>;
  readonly namespace: string | undefined;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly resourceVersion: string;
  /** How long the server is asked to keep the watch open. */
  readonly timeoutSeconds: number;
  /** Milliseconds without a single byte after which the watch is given up. */
  readonly stallMs: number;
  /** Called for everything that comes, also before it is parsed. */
  readonly onSign: () => void;
  readonly onEvent: (event: WatchEvent<T>) => void;
}

/** The watch was silent for too long: the peer may be gone without the connection having noticed. */
export class WatchStalledError extends Error {
  constructor() {
    super('the watch was silent for longer than the stall limit');
    this.name = 'WatchStalledError';
  }
}

/** Resolves when the server ends the watch in good order; throws in every other case, and when `signal` aborts. */
export async function watchOnce<T extends KubeObject>(run: WatchRun<T>, signal: AbortSignal): Promise<void> {
  const path = resourcePath(run.resource, { namespace: run.namespace });
  const guard = guardAgainstSilence(run, signal);
  try {
    const stream = await run.client.stream({
      method: 'GET',
      path,
      query: {
        ...run.query,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: run.resourceVersion,
        timeoutSeconds: run.timeoutSeconds,
      },
      signal: guard.signal,
    });
    guard.sign();
    for await (const line of readLines(guard.watch(stream.body))) {
      run.onEvent(parseWatchEvent<T>(line, `watch ${path}`));
    }
  } catch (error) {
    throw guard.stalled() ? new WatchStalledError() : error;
  } finally {
    guard.end();
  }
}

interface SilenceGuard {
  readonly signal: AbortSignal;
  sign(): void;
  watch(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  stalled(): boolean;
  end(): void;
}

function guardAgainstSilence(
  run: Pick<WatchRun<KubeObject>, 'clock' | 'stallMs' | 'onSign'>,
  outer: AbortSignal,
): SilenceGuard {
  const { clock, stallMs } = run;
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort(outer.reason);
  };
  if (outer.aborted) stop();
  outer.addEventListener('abort', stop, { once: true });

  let lastSign = clock.monotonic();
  let stalled = false;
  const sign = (): void => {
    lastSign = clock.monotonic();
    run.onSign();
  };
  // Looks again instead of being set anew on each chunk: a busy watch would otherwise do little else.
  const look = (): void => {
    const left = lastSign + stallMs - clock.monotonic();
    if (left > 0) {
      timer = clock.setTimeout(look, left);
      return;
    }
    stalled = true;
    controller.abort(new WatchStalledError());
  };
  let timer = clock.setTimeout(look, stallMs);

  return {
    signal: controller.signal,
    sign,
    async *watch(chunks) {
      for await (const chunk of chunks) {
        sign();
        yield chunk;
      }
    },
    stalled: () => stalled,
    end: () => {
      timer.cancel();
      outer.removeEventListener('abort', stop);
      // Lets go of the connection when the caller stopped reading in the middle, as after a malformed line.
      controller.abort();
    },
  };
}
