import type { Clock } from '@event-sinks/runtime';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Admission } from './budget.ts';
import type { Connections } from './connections.ts';
import { Exchange, type Answer } from './exchange.ts';
import { declaredLength } from './framing.ts';
import { linger } from './linger.ts';
import { readBody } from './read-body.ts';

/** What every {@link HttpExchange} of a front shares. */
export interface HttpContext {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly maxEventBytes: number;
}

/** What an {@link HttpExchange} begins with. */
export interface HttpExchangeStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The client waits for `100 Continue` before it sends the body. */
  readonly awaitsContinue: boolean;
}

/** A request that Node's HTTP server has read. */
export class HttpExchange extends Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body = undefined;
  awaitsContinue: boolean;
  /** The parser gave up on the connection: no further byte of the body will come. */
  broken = false;
  readonly #context: HttpContext;

  constructor(start: HttpExchangeStart, context: HttpContext) {
    super(context.clock.monotonic());
    this.request = start.request;
    this.response = start.response;
    this.awaitsContinue = start.awaitsContinue;
    this.#context = context;
  }

  get target(): string {
    return this.request.url ?? '';
  }

  get rawHeaders(): readonly string[] {
    return this.request.rawHeaders;
  }

  get headers(): IncomingHttpHeaders {
    return this.request.headers;
  }

  get contentType(): string | undefined {
    return this.request.headers['content-type'];
  }

  get declaredLength(): number | undefined {
    return declaredLength(this.request);
  }

  get receivedBytes(): number {
    const { rawHeaders, url = '' } = this.request;
    return rawHeaders.reduce((bytes, text) => bytes + text.length + 2, url.length);
  }

  readBody(admission: Admission, maxBytes: number): Promise<Buffer> {
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      this.response.writeContinue();
    }
    return readBody(this, admission, maxBytes);
  }

  answer({ status, headers, body = '' }: Answer, closing: boolean): void {
    const { response, request } = this;
    if (response.headersSent || response.destroyed) return;
    const cutOff = !request.complete && this.#mustCutOff();
    const close = cutOff || (closing && this.isNewest());
    response.writeHead(status, (close ? ['Connection', 'close', ...headers] : headers) as string[]);
    if (cutOff && !this.broken) {
      response.write(body);
      linger(this, this.#context);
    } else response.end(body);
  }

  /** Whether nothing has come behind this request on its connection. */
  isNewest(): boolean {
    return this.#context.connections.isNewest(this);
  }

  /** A short body of known length is read to its end, which saves the connection; any other is not waited for. */
  #mustCutOff(): boolean {
    if (this.broken || this.awaitsContinue) return true;
    const length = this.declaredLength;
    return length === undefined || length > this.#context.maxEventBytes;
  }
}
