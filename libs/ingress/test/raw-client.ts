import { connect, type Socket } from 'node:net';

/** One answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A TCP connection that says exactly what it is told. */
export class RawClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = '';
  /** `ECONNRESET` and the like. */
  failure: string | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk: Buffer) => (this.#received += chunk.toString('latin1')));
    this.socket.on('error', (error: NodeJS.ErrnoException) => (this.failure = error.code));
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        resolve();
      });
    });
  }

  send(text: string | Buffer): this {
    this.socket.write(text);
    return this;
  }

  get text(): string {
    return this.#received;
  }

  /** Every answer so far that is there with its whole body. */
  get answers(): RawAnswer[] {
    const answers: RawAnswer[] = [];
    for (let at = 0; ;) {
      const headEnd = this.#received.indexOf('\r\n\r\n', at);
      if (headEnd < 0) return answers;
      const head = parse(this.#received.slice(at, headEnd));
      const bodyEnd = headEnd + 4 + Number(head.headers['content-length'] ?? 0);
      if (bodyEnd > this.#received.length) return answers;
      answers.push({ ...head, body: this.#received.slice(headEnd + 4, bodyEnd) });
      at = bodyEnd;
    }
  }

  /** Waits for so many answers, `100 Continue` counted; fails when the connection ends first. */
  async take(count: number): Promise<RawAnswer[]> {
    const ended = this.closed.then(() => 'closed');
    while (this.answers.length < count) {
      const next = new Promise((resolve) => this.socket.once('data', resolve));
      if ((await Promise.race([next, ended])) === 'closed' && this.answers.length < count) {
        throw new Error(`closed after ${this.answers.length} of ${count} answers: ${this.text}`);
      }
    }
    return this.answers;
  }

  /** Waits for the headers of the first answer, which is all that HEAD gets. */
  async takeHead(): Promise<RawAnswer> {
    const ended = this.closed.then(() => 'closed');
    while (!this.#received.includes('\r\n\r\n')) {
      const next = new Promise((resolve) => this.socket.once('data', resolve));
      if ((await Promise.race([next, ended])) === 'closed') throw new Error(`closed after: ${this.text}`);
    }
    return { ...parse(this.#received.slice(0, this.#received.indexOf('\r\n\r\n'))), body: '' };
  }

  /** Waits until the server has closed, and gives everything it said. */
  async takeAll(): Promise<RawAnswer[]> {
    await this.closed;
    return this.answers;
  }

  close(): void {
    this.socket.destroy();
  }
}

function parse(head: string): Omit<RawAnswer, 'body'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(statusLine.split(' ')[1]), headers };
}
