import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger, systemClock } from '@event-sinks/runtime';
import { eventually } from '@event-sinks/testing';
import { request as httpsRequest } from 'node:https';
import { connect as connectPlainly, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { issueCertificate } from './issue-certificate.ts';
import {
  createWebhookServer,
  webhookPath,
  type ReachedLimit,
  type WebhookLimits,
  type WebhookServer,
} from './webhook-server.ts';

const mebibyte = 1_048_576;
const roomy: WebhookLimits = { maxConnections: 64, maxConnectionsPerPeer: 64, receiveTimeoutMs: 5_000 };
let pair: Awaited<ReturnType<typeof issueCertificate>>;
let server: WebhookServer;
let port: number;
let reached: ReachedLimit[];
let sockets: Socket[];

async function serve(limits: Partial<WebhookLimits> = {}): Promise<void> {
  reached = [];
  sockets = [];
  server = createWebhookServer({
    port: 0,
    trial: () => Promise.resolve({ kind: 'valid', warnings: [] }),
    clock: systemClock,
    logger: createLogger({ name: 'test', level: 'error', destination: { write: failOn } }),
    reviewed: () => undefined,
    limits: { ...roomy, ...limits },
    onLimit: (limit) => reached.push(limit),
  });
  server.use(pair);
  ({ port } = await server.listen());
}

function failOn(line: string): void {
  throw new Error(`logged an error: ${line}`);
}

/** Reads what comes, so that the socket notices its end, and closes it after the test. */
function keep(socket: Socket): void {
  socket.resume().on('error', () => undefined);
  sockets.push(socket);
}

/** Connects and sends the head of a review that declares so many bytes. */
async function declare(bytes: number, body?: Buffer): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  keep(socket);
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  const head = `POST ${webhookPath} HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
  socket.write(body === undefined ? head : Buffer.concat([Buffer.from(head), body]));
  return socket;
}

const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

/** The status of the answer to a review with so much padding, on a connection of its own. */
function review(padding = 0): Promise<number | undefined> {
  const text = JSON.stringify({
    ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', padding: 'x'.repeat(padding) },
    request: { uid: '1', operation: 'DELETE' },
  });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': text.length };
    const options = { method: 'POST', host: '127.0.0.1', port, path: webhookPath, agent: false as const };
    httpsRequest({ ...options, headers, rejectUnauthorized: false }, (response) => {
      response.resume().once('end', () => {
        resolve(response.statusCode);
      });
    })
      .on('error', reject)
      .end(text);
  });
}

beforeAll(async () => {
  pair = await issueCertificate({ hosts: ['w'], nowMs: Date.now(), lifetimeMs: 3_600_000 });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.drain(0);
});

describe('the webhook', () => {
  test('answers reviews while silent connections declare as much as they can', async () => {
    await serve();
    for (let count = 0; count < 8; count++) await declare(8 * mebibyte);
    expect([await review(), await review(mebibyte)]).toEqual([200, 200]);
    expect(reached).toEqual([]);
  });

  test('answers small reviews while large bodies that stop take all room for large ones', async () => {
    await serve();
    const body = Buffer.alloc(7 * mebibyte);
    for (let count = 0; count < 4; count++) void declare(8 * mebibyte, body);
    await eventually(() => {
      expect(reached).toContain('bytes');
    });
    expect(await review(1_000)).toBe(200);
  });

  test('closes a connection that sends no request, no body or no handshake in time', async () => {
    await serve({ receiveTimeoutMs: 200 });
    const bodiless = await declare(100);
    const silent = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const mute = connectPlainly({ port, host: '127.0.0.1' });
    for (const socket of [silent, mute]) keep(socket);
    await Promise.all([closed(bodiless), closed(silent), closed(mute)]);
    expect(await review()).toBe(200);
  });

  test('closes the oldest idle connection of a peer that has too many', async () => {
    await serve({ maxConnectionsPerPeer: 3 });
    const firstClosed = closed(await declare(100));
    await declare(100);
    await declare(100);
    expect(await review()).toBe(200);
    await firstClosed;
    expect(reached).toEqual(['connections']);
  });

  test('closes a connection that sends a second request before the answer to the first', async () => {
    await serve();
    const body = JSON.stringify({
      ...{ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' },
      request: { uid: '1', operation: 'DELETE' },
    });
    const socket = await declare(body.length, Buffer.from(body));
    await new Promise((resolve) => socket.once('data', resolve));
    const head = `POST ${webhookPath} HTTP/1.1\r\nHost: w\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Content-Length: ${body.length}\r\n\r\n${body}`.repeat(3));
    await closed(socket);
    expect(await review()).toBe(200);
  });
});
