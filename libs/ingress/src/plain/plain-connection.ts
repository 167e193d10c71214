import type { Clock } from '@event-sinks/runtime';
import type { Socket } from 'node:net';
import type { Answer, Exchange } from '../exchange.ts';
import type { BytesHolder, UnparsedBytes } from '../unparsed-bytes.ts';
import type { AnswerText } from './answer-text.ts';
import { PlainExchange } from './plain-exchange.ts';
import { readPlainRequest, type PlainLimits, type PlainRequest } from './read-plain-request.ts';

/** What the connections of a lane share. */
export interface PlainContext {
  readonly limits: PlainLimits;
  readonly maxRequests: number;
  readonly clock: Clock;
  readonly unparsed: UnparsedBytes;
  readonly answers: AnswerText;
  /** Takes a request and answers it, now or later. */
  readonly receive: (exchange: Exchange) => void;
  /** Somebody else reads this connection from now on; `bytes` of its next request have come already. */
  readonly handOver: (socket: Socket, bytes: Buffer | undefined) => void;
  /** The connection has ended or was handed over. */
  readonly onLeft: (connection: PlainConnection) => void;
}

/** So many pieces of one request are put together before the rest is left to Node. */
const maxPieces = 8;

/**
 * One connection whose requests are read here as long as they are plain, one after another. With the first other one
 * it is handed over for good, before anything of that request was acted upon.
 */
export class PlainConnection implements BytesHolder {
  readonly socket: Socket;
  readonly #context: PlainContext;
  /** Bytes of a request that is not whole. */
  #pending: Buffer | undefined;
  #pieces = 0;
  #answered = 0;
  #isServing = false;
  #isStuck = false;
  #hasEnded = false;
  /** Sweeps since something happened here. */
  #sweeps = 0;

  constructor(socket: Socket, context: PlainContext) {
    this.socket = socket;
    this.#context = context;
    socket.on('data', this.#onData);
    socket.on('end', this.#onEnd);
    socket.on('drain', this.#onDrain);
    socket.on('error', onError);
    socket.on('close', this.#onClose);
  }

  /** Whether a request is being served. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** Called at intervals. What waits too long for the rest of a request is for Node, which has deadlines for it. */
  sweep(maxUnfinished: number, maxIdle: number): void {
    this.#sweeps += 1;
    if (this.#isServing) return;
    const isBegun = this.#pending !== undefined || this.#answered === 0;
    if (isBegun && !this.#isStuck && this.#sweeps > maxUnfinished) this.#handOver(this.#pending);
    else if (this.#sweeps > maxIdle) this.destroy();
  }

  /** Closes the connection if it has been answered and nothing of a next request has come. */
  closeIfIdle(): void {
    const isIdle = !this.#isServing && this.#pending === undefined && this.socket.readableLength === 0;
    if (isIdle && this.#answered > 0) this.socket.end();
  }

  cut(): void {
    this.destroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  readonly #onData = (bytes: Buffer): void => {
    this.#sweeps = 0;
    if (this.#isServing || this.#isStuck) {
      this.#putBack(bytes);
    } else {
      this.#pieces += 1;
      this.#read(this.#pending === undefined ? bytes : Buffer.concat([this.#pending, bytes]));
    }
  };

  #read(bytes: Buffer): void {
    const request = readPlainRequest(bytes, this.#context.limits);
    if (request === 'incomplete' && this.#mayWait(bytes)) {
      this.#keep(bytes);
    } else if (typeof request === 'string') {
      this.#handOver(bytes);
    } else {
      this.#dropPending();
      this.#pieces = 0;
      this.#serve(request, bytes.length);
    }
  }

  #mayWait({ length }: Buffer): boolean {
    return this.#pieces < maxPieces && this.#context.unparsed.hasRoomFor(length);
  }

  #keep(bytes: Buffer): void {
    this.#pending = bytes;
    this.#context.unparsed.set(this, bytes.length);
  }

  /**
   * What comes too early waits in the socket. From there a client that ends its side behind it is noticed only after it has
   * been read; kept here, it would be neither answered nor left to Node.
   */
  #putBack(bytes: Buffer): void {
    const { socket } = this;
    socket.pause();
    socket.unshift(bytes);
    // A socket that is paused still reads until its buffer is full.
    this.#context.unparsed.set(this, socket.readableLength + socket.readableHighWaterMark);
  }

  #dropPending(): void {
    this.#pending = undefined;
    this.#context.unparsed.set(this, 0);
  }

  #serve(request: PlainRequest, bytes: number): void {
    this.#isServing = true;
    this.#context.receive(new PlainExchange(request, bytes, this.#context.clock.monotonic(), this.#answer));
  }

  readonly #answer = (answer: Answer, closing: boolean): void => {
    if (!this.#isServing) return;
    this.#isServing = false;
    this.#answered += 1;
    this.#sweeps = 0;
    const { socket } = this;
    if (socket.destroyed) return;
    const { answers, maxRequests } = this.#context;
    const isLast =
      this.#hasEnded || (closing && socket.readableLength === 0) || this.#answered === maxRequests;
    const text = answers.of(answer, isLast);
    if (isLast) {
      socket.end(text);
    } else if (socket.write(text)) {
      this.#goOn();
    } else {
      // A client that does not read its answers gets no further one.
      this.#isStuck = true;
    }
  };

  /** Later, so that a client with many requests under way takes turns with the others. */
  #goOn(): void {
    if (!this.socket.isPaused()) return;
    setImmediate(() => {
      if (this.socket.destroyed || this.#isServing) return;
      this.#context.unparsed.set(this, 0);
      this.socket.resume();
    });
  }

  readonly #onDrain = (): void => {
    if (!this.#isStuck) return;
    this.#isStuck = false;
    this.#sweeps = 0;
    this.#goOn();
  };

  /** The client sends nothing more; what it has sent as a whole is still answered. */
  readonly #onEnd = (): void => {
    this.#hasEnded = true;
    this.#dropPending();
    if (!this.#isServing) this.socket.end();
  };

  readonly #onClose = (): void => {
    this.#dropPending();
    this.#context.onLeft(this);
  };

  #handOver(bytes: Buffer | undefined): void {
    const { socket } = this;
    this.#dropPending();
    socket.off('data', this.#onData);
    socket.off('end', this.#onEnd);
    socket.off('drain', this.#onDrain);
    socket.off('error', onError);
    socket.off('close', this.#onClose);
    this.#context.onLeft(this);
    this.#context.handOver(socket, bytes);
  }
}

/** A reset by the client: `close` follows. */
function onError(this: Socket): void {
  this.destroy();
}
