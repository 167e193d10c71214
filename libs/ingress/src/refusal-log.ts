import { publicMessage, safeAttributeName, type SinkError } from '@event-sinks/errors';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { ServedSink } from './types.ts';

/** A broker that is down fails every event: a few lines a second tell as much as thousands do. */
const perReason = { lines: 10, ms: 1_000 };
/** A sender whose events are refused sends them all the same way, and should not hide what happens to other sinks. */
const perReasonAndSink = { lines: 1, ms: 10_000 };
/** Beyond so many pairs of reason and sink, the one that has been there longest is forgotten. */
const maxWindows = 1_000;
const maxDetailLength = 200;

interface Window {
  until: number;
  lines: number;
  suppressed: number;
}

interface LineLimit {
  readonly lines: number;
  readonly ms: number;
}

/** Logs refusals: 5xx as errors with their cause, what the sender did wrong as information; both are bounded. */
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
    const isFailure = error.status >= 500;
    const window = isFailure
      ? this.#windowOf(error.code, perReason)
      : this.#windowOf(`${error.code} ${sink?.uid ?? ''}`, perReasonAndSink);
    const limit = isFailure ? perReason : perReasonAndSink;
    if (window.lines >= limit.lines) {
      window.suppressed += 1;
      return;
    }
    window.lines += 1;
    const { suppressed } = window;
    window.suppressed = 0;
    const fields = { ...fieldsOf(error, sink), ...(suppressed > 0 ? { suppressed } : {}) };
    if (isFailure) this.#logger.error('Request failed', { ...fields, error });
    else this.#logger.info('Request refused', { ...fields, ...detailsOf(error) });
  }

  #windowOf(key: string, { ms }: LineLimit): Window {
    const now = this.#clock.monotonic();
    const window = this.#windows.get(key) ?? { until: 0, lines: 0, suppressed: 0 };
    if (this.#windows.size >= maxWindows && !this.#windows.has(key)) this.#forgetOldest();
    this.#windows.set(key, window);
    if (now < window.until) return window;
    window.until = now + ms;
    window.lines = 0;
    return window;
  }

  #forgetOldest(): void {
    for (const key of this.#windows.keys()) {
      this.#windows.delete(key);
      return;
    }
  }
}

function fieldsOf(error: SinkError, sink: ServedSink | undefined): Record<string, unknown> {
  const fields = { reason: error.code, status: error.status };
  return sink === undefined ? fields : { ...fields, namespace: sink.namespace, sink: sink.name };
}

/** What the sender was told and where it applies; `detail` is what the API server or Kafka said, for us alone. */
function detailsOf(error: SinkError): Record<string, unknown> {
  const { attribute, index, byte, limit } = error.facts;
  const name = safeAttributeName(attribute);
  const details = { answer: publicMessage(error), attribute: name, index, byte, limit };
  const isOwn = error.facts.problem !== undefined;
  return isOwn ? details : { ...details, detail: error.message.slice(0, maxDetailLength) };
}
