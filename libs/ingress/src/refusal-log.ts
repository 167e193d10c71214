import type { SinkError } from '@event-sinks/errors';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { ServedSink } from './types.ts';

/** A broker that is down fails every event: a few lines a second tell as much as thousands do. */
const maxLinesPerSecond = 10;

interface Window {
  until: number;
  lines: number;
  suppressed: number;
}

/** Logs refusals: 5xx as errors with their cause, bounded per reason; what the sender did wrong at debug. */
export class RefusalLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  /** Logs one refusal, or counts it towards the next line that is written. */
  record(error: SinkError, sink: ServedSink | undefined): void {
    if (error.status < 500) this.#logger.debug('Request refused', fieldsOf(error, sink));
    else this.#recordFailure(error, sink);
  }

  #recordFailure(error: SinkError, sink: ServedSink | undefined): void {
    const window = this.#windowOf(error.code);
    if (window.lines >= maxLinesPerSecond) {
      window.suppressed += 1;
      return;
    }
    window.lines += 1;
    const { suppressed } = window;
    window.suppressed = 0;
    this.#logger.error('Request failed', {
      ...fieldsOf(error, sink),
      ...(suppressed > 0 ? { suppressed } : {}),
      error,
    });
  }

  #windowOf(code: string): Window {
    const now = this.#clock.monotonic();
    const window = this.#windows.get(code) ?? { until: 0, lines: 0, suppressed: 0 };
    this.#windows.set(code, window);
    if (now < window.until) return window;
    window.until = now + 1000;
    window.lines = 0;
    return window;
  }
}

function fieldsOf(error: SinkError, sink: ServedSink | undefined): Record<string, unknown> {
  const fields = { reason: error.code, status: error.status };
  return sink === undefined ? fields : { ...fields, namespace: sink.namespace, sink: sink.name };
}
