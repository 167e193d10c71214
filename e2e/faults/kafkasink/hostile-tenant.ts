import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';

/** What the hostile tenant does, all of it on loopback. */
export interface HostilePlan {
  readonly port: number;
  /** Paths of sinks whose cluster never answers. */
  readonly stuck: readonly string[];
  /** Paths of sinks that cannot be served: absent Secrets, brokers that refuse connections. */
  readonly useless: readonly string[];
  /** Connections for each way to misuse them. */
  readonly connections: number;
  /** Large events under way at a time. */
  readonly largeEvents: number;
  /** Milliseconds over which all of that begins. */
  readonly rampMs: number;
}

const mebibyte = 1_048_576;
const large = Buffer.alloc(mebibyte - 1_024, 'x');
const unfinishedBody = Buffer.alloc(60_000, 'x');
const pause = 500;
const answers: Record<string, number> = {};
const sockets = new Set<Socket>();
const plan = workerData as HostilePlan;
let goesOn = true;
let hasBegun = false;

/** Small answers of all kinds are counted by their status line and reason. */
function count(text: string): void {
  for (const [, status = ''] of text.matchAll(/HTTP\/1\.1 (\d+)/g))
    answers[status] = (answers[status] ?? 0) + 1;
}

function head(path: string, length: number): string {
  const attributes = 'ce-specversion: 1.0\r\nce-type: t\r\nce-source: /hostile\r\nce-id: 1\r\n';
  return `POST ${path} HTTP/1.1\r\nHost: sink\r\n${attributes}Content-Length: ${length}\r\n\r\n`;
}

function open(): Socket {
  const socket = connect({ port: plan.port, host: '127.0.0.1' });
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('data', (bytes: Buffer) => {
    count(bytes.toString('latin1'));
  });
  socket.once('close', () => sockets.delete(socket));
  return socket;
}

const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

/** Opens a connection, misuses it, and opens the next one when it is closed. */
async function keep(misuse: (socket: Socket) => void): Promise<void> {
  while (goesOn) {
    const socket = open();
    misuse(socket);
    await closed(socket);
    await sleep(pause);
  }
}

/** Sends large events one after the other. */
async function sendLarge(path: string): Promise<void> {
  while (goesOn) {
    const socket = open();
    socket.write(head(path, large.length));
    socket.write(large);
    await new Promise((resolve) => {
      socket.once('data', resolve);
      socket.once('close', resolve);
    });
    socket.destroy();
    await sleep(pause);
  }
}

/** Sends small events to one sink after the other. */
async function sendToUseless(): Promise<void> {
  for (let index = 0; goesOn && plan.useless.length > 0; index += 1) {
    const socket = open();
    socket.write(`${head(plan.useless[index % plan.useless.length] ?? '', 2)}{}`);
    socket.setTimeout(1_000, () => socket.destroy());
    void closed(socket);
    await sleep(50);
  }
}

const [first = '/'] = plan.stuck;
const misuses: readonly ((socket: Socket) => void)[] = [
  // Declares a large body and stays silent.
  (socket) => socket.write(head(first, mebibyte)),
  // Sends all of a body but its end.
  (socket) => {
    socket.write(head(first, unfinishedBody.length + 1));
    socket.write(unfinishedBody);
  },
  // Sends headers without an end.
  (socket) => socket.write(`${head(first, 2).slice(0, -4)}\r\nce-more: ${'x'.repeat(50_000)}`),
  // Sends requests and reads no answer.
  (socket) => {
    socket.pause();
    socket.write(`${head(first, 2)}{}`.repeat(500));
  },
];

async function begin(): Promise<void> {
  const all = plan.connections * misuses.length;
  const running: Promise<void>[] = [sendToUseless()];
  for (let index = 0; goesOn && index < all; index += 1) {
    const misuse = misuses[index % misuses.length];
    if (misuse !== undefined) running.push(keep(misuse));
    if (index * plan.largeEvents <= running.length * all && index < plan.largeEvents)
      running.push(sendLarge(plan.stuck[index % plan.stuck.length] ?? '/'));
    await sleep(plan.rampMs / all);
  }
  hasBegun = true;
  await Promise.all(running);
}

/** Resolves once everything has begun and something of it was answered. */
async function answered(): Promise<void> {
  while (goesOn && !(hasBegun && Object.keys(answers).length > 0)) await sleep(50);
}

parentPort?.once('message', () => {
  goesOn = false;
  parentPort?.postMessage({ ...answers });
  for (const socket of sockets) socket.destroy();
  parentPort?.close();
});
void begin();
void answered().then(() => parentPort?.postMessage('answered'));
