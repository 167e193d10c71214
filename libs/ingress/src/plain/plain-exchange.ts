import type { IncomingHttpHeaders } from 'node:http';
import { Exchange, type Answer } from '../exchange.ts';
import type { PlainRequest } from './read-plain-request.ts';

/** Writes the answer of a {@link PlainExchange}. */
export type WriteAnswer = (answer: Answer, closing: boolean) => void;

/** A request that has come as a whole. */
export class PlainExchange extends Exchange {
  readonly #request: PlainRequest;
  readonly receivedBytes: number;
  readonly #write: WriteAnswer;

  /** `bytes` have come in all. */
  constructor(request: PlainRequest, bytes: number, startedAt: number, write: WriteAnswer) {
    super(startedAt);
    this.#request = request;
    this.receivedBytes = bytes;
    this.#write = write;
  }

  get target(): string {
    return this.#request.target;
  }

  get rawHeaders(): readonly string[] {
    return this.#request.rawHeaders;
  }

  get headers(): IncomingHttpHeaders {
    const headers: IncomingHttpHeaders = Object.create(null) as IncomingHttpHeaders;
    const { rawHeaders } = this.#request;
    for (let at = 0; at + 1 < rawHeaders.length; at += 2)
      headers[rawHeaders[at]?.toLowerCase() ?? ''] ??= rawHeaders[at + 1];
    return headers;
  }

  get contentType(): string | undefined {
    return this.#request.contentType;
  }

  get declaredLength(): number {
    return this.#request.body.length;
  }

  get body(): Buffer {
    return this.#request.body;
  }

  readBody(): Promise<Buffer> {
    return Promise.resolve(this.#request.body);
  }

  answer(answer: Answer, closing: boolean): void {
    this.#write(answer, closing);
  }
}
