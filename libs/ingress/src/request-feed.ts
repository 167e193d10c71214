import type { Socket } from 'node:net';
import type { HttpExchange } from './http-exchange.ts';
import type { BytesHolder, UnparsedBytes } from './unparsed-bytes.ts';

/** What the feeds of a server share. */
export interface FeedContext {
  /** Requests of one connection that may wait for their answers at a time. */
  readonly maxPipelined: number;
  readonly maxHeaderBytes: number;
  readonly unparsed: UnparsedBytes;
  /** Whether so many requests wait on all connections together that none may have more than one. */
  readonly isCrowded: () => boolean;
  /** So many requests more, or less, wait for their answers. */
  readonly onWaiting: (change: number) => void;
}

const headEnd = '\r\n\r\n';
const headEndBytes = Buffer.from(headEnd);

/**
 * Gives the bytes of a connection to Node's HTTP parser, one request at a time.
 *
 *   bytes → up to the end of a head → parser → request?
 *         → the declared body       → parser
 *
 * The parser itself makes a request and an answer of everything that one read brings, a thousand of them from 64 KiB,
 * before anybody can ask it to stop. Here, what lies behind too many unanswered requests stays in the socket, which is
 * not read any further.
 */
export class RequestFeed implements BytesHolder {
  /** The newest request, answered or not. */
  newest: HttpExchange | undefined;
  readonly #socket: Socket;
  readonly #parse: (bytes: Buffer) => void;
  readonly #context: FeedContext;
  #unanswered = 0;
  #bodyLeft = 0;
  /** Bytes of a head that is not whole. */
  #headBytes = 0;
  /** The last bytes that were given, in which the end of a head may have begun. */
  #recent = '';
  /** Bytes of the request line of that head, so far or in all. */
  #lineBytes = 0;
  #isLineWhole = false;
  #isHolding = false;
  #isStopped = false;

  constructor(socket: Socket, parse: (bytes: Buffer) => void, context: FeedContext) {
    this.#socket = socket;
    this.#parse = parse;
    this.#context = context;
    socket.on('data', this.give);
    socket.once('close', () => {
      this.stop();
    });
  }

  /** Whether a request that has come whole is being served. */
  get isBusy(): boolean {
    const { newest } = this;
    return newest?.request.complete === true && !newest.response.writableEnded;
  }

  /** Whether the head that is being received has a request line beyond the limit of the whole head. */
  get isLineTooLong(): boolean {
    if (this.#isReceivingBody()) return false;
    return !this.#isLineWhole || this.#lineBytes > this.#context.maxHeaderBytes;
  }

  /** A request has come. */
  track(exchange: HttpExchange): void {
    this.newest = exchange;
    this.#unanswered += 1;
    this.#context.onWaiting(1);
    exchange.response.once('close', this.#onAnswered);
  }

  /** Takes the next bytes of the connection. */
  readonly give = (bytes: Buffer): void => {
    const socket = this.#socket;
    let rest = bytes;
    while (rest.length > 0 && !this.#isStopped && !socket.destroyed) {
      this.#isHolding = this.#mustHold();
      if (this.#isHolding) socket.pause();
      // Or Node has paused it, because the client does not read its answers.
      if (socket.isPaused()) {
        socket.unshift(rest);
        break;
      }
      const end = this.#endOfPart(rest);
      this.#giveParser(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    this.#count();
  };

  /** Nothing is given to the parser any more. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#socket.off('data', this.give);
    this.#context.onWaiting(-this.#unanswered);
    this.#context.unparsed.set(this, 0);
  }

  cut(): void {
    this.#socket.destroy();
  }

  readonly #onAnswered = (): void => {
    if (this.#isStopped) return;
    this.#unanswered -= 1;
    this.#context.onWaiting(-1);
    if (!this.#isHolding) return;
    this.#isHolding = false;
    this.#socket.resume();
  };

  #mustHold(): boolean {
    if (this.#isReceivingBody()) return false;
    const { isCrowded, maxPipelined } = this.#context;
    return this.#unanswered > 0 && (this.#unanswered >= maxPipelined || isCrowded());
  }

  #isReceivingBody(): boolean {
    return this.newest?.request.complete === false;
  }

  /** Where the body ends whose length is known, or a head, or a body in chunks. */
  #endOfPart(bytes: Buffer): number {
    if (this.#bodyLeft > 0) return Math.min(this.#bodyLeft, bytes.length);
    const across = this.#recent + bytes.toString('latin1', 0, headEnd.length - 1);
    const at = across.indexOf(headEnd);
    if (at >= 0) return at + headEnd.length - this.#recent.length;
    const within = bytes.indexOf(headEndBytes);
    return within < 0 ? bytes.length : within + headEnd.length;
  }

  #giveParser(part: Buffer): void {
    const before = this.newest;
    const isBody = this.#isReceivingBody();
    this.#bodyLeft = Math.max(0, this.#bodyLeft - part.length);
    const tail = part.toString('latin1', Math.max(0, part.length - headEnd.length));
    this.#recent = (this.#recent + tail).slice(1 - headEnd.length);
    if (!isBody) this.#measureLine(part);
    this.#parse(part);
    if (this.newest !== before) {
      this.#lineBytes = 0;
      this.#isLineWhole = false;
      this.#recent = '';
      this.#bodyLeft = this.#isReceivingBody() ? (this.newest?.declaredLength ?? 0) : 0;
    }
    const isHead = this.newest === before && !isBody && tail !== headEnd;
    this.#headBytes = isHead ? Math.min(this.#headBytes + part.length, this.#context.maxHeaderBytes) : 0;
  }

  #measureLine(part: Buffer): void {
    if (this.#isLineWhole) return;
    const end = part.indexOf('\n');
    this.#isLineWhole = end >= 0;
    this.#lineBytes += end < 0 ? part.length : end;
  }

  /** A socket that is paused still reads until its buffer is full. */
  #count(): void {
    if (this.#isStopped) return;
    const { readableLength, readableHighWaterMark } = this.#socket;
    const unread = readableLength > 0 ? readableLength + readableHighWaterMark : 0;
    this.#context.unparsed.set(this, this.#headBytes + unread);
  }
}
