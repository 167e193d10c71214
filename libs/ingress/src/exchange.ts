import { SinkError } from '@event-sinks/errors';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Expirable } from './deadlines.ts';
import type { Span } from '@event-sinks/runtime';
import type { ServedSink } from './types.ts';

/** The client left before its request was whole; there is nobody to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** What an {@link Exchange} begins with. */
export interface ExchangeStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** `Clock.monotonic()` at the end of the headers. */
  readonly startedAt: number;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly awaitsContinue: boolean;
}

/** One request with its answer, from the headers on. */
export class Exchange implements Expirable {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly startedAt: number;
  /** Set once the sink is found; only then may its name become a label. */
  sink: ServedSink | undefined;
  awaitsContinue: boolean;
  /** Begun once the sink is found, where requests are traced. */
  span: Span | undefined;
  /** Size of the body, once it has been read whole. */
  bytes: number | undefined;
  /** The parser gave up on the connection: no further byte of the body will come. */
  broken = false;
  /** The body is being read. */
  reading = false;
  /** Work was still going on when the answer had to be given. */
  overdue = false;
  #interrupt: ((error: Error) => void) | undefined;

  constructor(start: ExchangeStart) {
    this.request = start.request;
    this.response = start.response;
    this.startedAt = start.startedAt;
    this.awaitsContinue = start.awaitsContinue;
  }

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
