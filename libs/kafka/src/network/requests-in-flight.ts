/** A request that waits for its answer. */
export interface SentRequest {
  readonly id: number;
  readonly answer: (frame: Buffer) => void;
  readonly fail: (error: Error) => void;
}

interface Waiting extends SentRequest {
  /** By the process's clock that only goes forward. */
  deadline: number;
}

/**
 * The requests of one connection that were not answered yet, in their order, which is the one of the answers too
 * (https://kafka.apache.org/protocol#protocol_network). One timer serves all of them.
 */
export class RequestsInFlight {
  readonly #timeoutMs: number;
  readonly #onTimeout: (error: Error) => void;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looksAt = 0;

  constructor(timeoutMs: number, onTimeout: (error: Error) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(request: SentRequest): void {
    const deadline = performance.now() + this.#timeoutMs;
    this.#waiting.push({ ...request, deadline });
    // It may be set for one that was extended.
    if (this.#timer === undefined || this.#looksAt > deadline) this.#arm(this.#timeoutMs);
  }

  /** Hands the answer to the request that was sent first. @returns false when it is not the one to this. */
  answer(id: number, frame: Buffer): boolean {
    const [first] = this.#waiting;
    if (first?.id !== id) return false;
    this.#waiting.shift();
    first.answer(frame);
    return true;
  }

  extend(ms: number): void {
    for (const request of this.#waiting) request.deadline += ms;
  }

  failAll(error: Error): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { fail } of waiting) fail(error);
  }

  /** The timer is not set anew with each request: it looks which one is due first, and when to look again. */
  #look(): void {
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.reduce((earliest, { deadline }) => Math.min(earliest, deadline), Infinity);
    const leftMs = due - performance.now();
    if (leftMs <= 0) {
      const error = new Error(`no answer within ${this.#timeoutMs} ms`);
      this.#onTimeout(Object.assign(error, { code: 'ETIMEDOUT' }));
      return;
    }
    this.#arm(leftMs);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#looksAt = performance.now() + ms;
    this.#timer = setTimeout(() => {
      this.#look();
    }, ms);
  }
}
