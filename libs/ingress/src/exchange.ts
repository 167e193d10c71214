import { SinkError } from '@event-sinks/errors';
import type { Span } from '@event-sinks/runtime';
import type { IncomingHttpHeaders } from 'node:http';
import type { Admission } from './budget.ts';
import type { Expirable } from './deadlines.ts';
import type { ServedSink } from './types.ts';

/** The client left before its request was whole; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What is written back; the headers say how long the body is. */
export interface Answer {
  readonly status: number;
  /** Alternating names and values. */
  readonly headers: readonly string[];
  /** ASCII; none by default. */
  readonly body?: string;
}

/** One request with its answer, from the headers on, whoever has read it from the wire. */
export abstract class Exchange implements Expirable {
  /** `Clock.monotonic()` at the end of the headers. */
  readonly startedAt: number;
  /** Set once the sink is found; only then may its name become a label. */
  sink: ServedSink | undefined;
  /** Begun once the sink is found, where requests are traced. */
  span: Span | undefined;
  /** Size of the body, once it has been read whole. */
  bytes: number | undefined;
  /** The body is being read. */
  reading = false;
  /** Work was still going on when the answer had to be given. */
  overdue = false;
  #interrupt: ((error: Error) => void) | undefined;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  /** The request target, as sent. */
  abstract readonly target: string;
  /** Alternating names and values, as sent. */
  abstract readonly rawHeaders: readonly string[];
  /** Header values by lower-case name. */
  abstract readonly headers: IncomingHttpHeaders;
  abstract readonly contentType: string | undefined;
  /** The body's length as declared; 0 when there is none, `undefined` when only its end will tell. */
  abstract readonly declaredLength: number | undefined;
  /** The body, when it came with the headers. */
  abstract readonly body: Buffer | undefined;

  /** Bytes that have come: the head, and the body where it came with the headers. */
  abstract readonly receivedBytes: number;

  /** Reads the body that did not come with the headers. Rejects as `readBody` does. */
  abstract readBody(admission: Admission, maxBytes: number): Promise<Buffer>;

  /** Writes the answer. The last one on its connection says so when the process is `closing`. */
  abstract answer(answer: Answer, closing: boolean): void;

  /** Names the function that ends the present wait early. */
  onInterrupt(interrupt: (error: Error) => void): void {
    this.#interrupt = interrupt;
  }

  /** Ends the present wait early. */
  interrupt(error: Error): void {
    this.#interrupt?.(error);
  }

  /** The deadline, or the body's, is over. */
  expire(): void {
    this.overdue = !this.reading;
    this.interrupt(new SinkError(this.reading ? 'RequestTimeout' : 'DeadlineExceeded'));
  }

  /** Settles as `work` does, unless the exchange is interrupted before; a later failure of `work` is swallowed. */
  waitFor<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#interrupt = reject;
      work.then(resolve, reject);
    });
  }
}
