import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { request as httpsRequest, type Agent } from 'node:https';

/** An answer of the API server, read whole. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Where the API server is and as whom it is asked: as whoever asks us. */
export interface Upstream {
  readonly url: string;
  readonly agent: Agent;
}

/** What an {@link Exchange} is made of. */
export interface ExchangeParts {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
  /** The call's body, read whole. */
  readonly body: Buffer;
  /** Breaks the TCP connection under the TLS one. */
  readonly reset: () => void;
}

/** One call on its way through the proxy, with everything a fault may do to it. */
export class Exchange {
  readonly #incoming: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #upstream: Upstream;
  readonly #body: Buffer;
  readonly #reset: () => void;

  constructor({ incoming, response, upstream, body, reset }: ExchangeParts) {
    this.#incoming = incoming;
    this.#response = response;
    this.#upstream = upstream;
    this.#body = body;
    this.#reset = reset;
  }

  /** Whether whoever asked has hung up. */
  get abandoned(): boolean {
    return this.#response.destroyed;
  }

  /** Sends the call to the API server and reads its answer; after this it has happened. */
  async forward(): Promise<ApiAnswer> {
    const answer = await this.#send();
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    return { status: answer.statusCode ?? 502, headers: answer.headers, body: Buffer.concat(chunks) };
  }

  /** Hands an answer on; resolves when it has been written. */
  async pass({ status, headers, body }: ApiAnswer): Promise<void> {
    this.#response.writeHead(status, { ...endToEnd(headers), 'content-length': body.length });
    await this.#write(body, true);
  }

  /** Hands on all of the head and half of the body; resolves with what writes the rest. */
  async passHalf({ status, headers, body }: ApiAnswer): Promise<() => Promise<void>> {
    this.#response.writeHead(status, { ...endToEnd(headers), 'content-length': body.length });
    const half = body.length >> 1;
    await this.#write(body.subarray(0, half), false);
    return () => this.#write(body.subarray(half), true);
  }

  /** Answers in the API server's stead, with a Status as it would write it. */
  async refuse(
    status: number,
    reason: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'Status',
      status: 'Failure',
      code: status,
      reason,
      message: reason,
    };
    await this.pass({
      status,
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(body)),
    });
  }

  /** Breaks the connection with an RST, as a crashed server does. */
  reset(): void {
    this.#reset();
  }

  /** Resolves when whoever asked hangs up. */
  async hangUp(): Promise<void> {
    if (this.abandoned) return;
    await new Promise<void>((resolve) => {
      this.#response.once('close', resolve);
    });
  }

  /** Passes an answer on as it comes, without end; `opened` gets what can write into it. */
  async stream(opened: (response: ServerResponse) => void): Promise<void> {
    const answer = await this.#send();
    this.#response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    opened(this.#response);
    this.#response.once('close', () => answer.destroy());
    answer.on('error', () => this.#response.destroy());
    answer.pipe(this.#response);
  }

  #send(): Promise<IncomingMessage> {
    const { method = 'GET', url = '/', headers } = this.#incoming;
    const target = `${this.#upstream.url}${url}`;
    return new Promise((resolve, reject) => {
      const outgoing = httpsRequest(
        target,
        { method, headers: endToEnd(headers), agent: this.#upstream.agent },
        resolve,
      );
      outgoing.once('error', reject);
      outgoing.end(this.#body);
    });
  }

  #write(bytes: Buffer, last: boolean): Promise<void> {
    if (this.abandoned) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        resolve();
      };
      this.#response.once('close', done);
      if (last) this.#response.end(bytes, done);
      else this.#response.write(bytes, done);
    });
  }
}

/** Headers without those that are between two neighbours only. */
function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const neighbours = new Set(['connection', 'host', 'transfer-encoding']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !neighbours.has(name)));
}
