import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes for one connection, and what may come back. */
export interface RawRequest {
  readonly name: string;
  /** Written one after the other. */
  readonly parts: readonly Buffer[];
  /** Answers to wait for; a request that is cut off by the sender has none to come. */
  readonly answers: number;
  /** Milliseconds between the parts. */
  readonly pauseMs?: number;
}

/** What came back. */
export interface RawAnswer {
  /** In order, without `100 Continue`. */
  readonly statuses: readonly number[];
  readonly ms: number;
}

/** The longest wait for an answer: more than the time for headers or body. */
const patienceMs = 15_000;

/** Sends bytes as they are and reads whatever comes until all answers are there or the connection ends. */
export async function exchangeRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const begun = performance.now();
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  const ended = new Promise<void>((resolve) => {
    socket.on('error', () => {
      resolve();
    });
    socket.once('end', resolve).once('close', () => {
      resolve();
    });
  });
  const enough = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (request.answers > 0 && statusesIn(text).length >= request.answers) resolve();
    });
  });
  const sent = send(socket, request);
  const overdue = sleep(patienceMs, undefined, { ref: false });
  await Promise.race([ended, enough, overdue]);
  socket.destroy();
  await sent;
  return { statuses: statusesIn(text), ms: performance.now() - begun };
}

async function send(socket: Socket, { parts, answers, pauseMs = 0 }: RawRequest): Promise<void> {
  for (const part of parts) {
    if (socket.destroyed) return;
    const flushed = socket.write(part);
    if (pauseMs > 0) await sleep(pauseMs);
    else if (!flushed) await drained(socket);
  }
  // Cut off: the rest of the body will never come.
  if (answers === 0 && !socket.destroyed) socket.end();
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      resolve();
    };
    socket.once('drain', done).once('close', done).once('error', done);
  });
}

function statusesIn(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)]
    .map(([, status]) => Number(status))
    .filter((s) => s !== 100);
}
