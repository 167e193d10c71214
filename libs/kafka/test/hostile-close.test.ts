import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@event-sinks/testing';
import { createProducer } from '../src/index.ts';
import { listen } from './fake-broker.ts';
import { answerBody, stageByKey, type AnswerParts } from './hostile-answers.ts';
import { connectionTo, sendOne } from './hostile-calls.ts';
import { framed } from './hostile-faults.ts';
import { quietLogger } from './quiet-logger.ts';

const limits = { deliveryTimeoutMs: 1_500, requestTimeoutMs: 1_000, retries: 1 };
const throttleMs = 30_000;

/** Never answers the second produce request, and asks for a pause with the answer to the third. */
async function startThrottler() {
  const open = new Set<Socket>();
  let produced = 0;
  const server = await listen((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (request) => {
      const stage = stageByKey[request.readInt16BE(4)];
      if (stage === undefined) return;
      if (stage === 'Produce') produced += 1;
      if (stage === 'Produce' && produced === 2) return;
      const body = answerBody(stage, partsOf(request, server.port));
      if (stage === 'Produce' && produced > 2) body.writeInt32BE(throttleMs, body.length - 4);
      socket.write(framed(body));
    });
  });
  return { ...server, open };
}

function partsOf(request: Buffer, port: number): AnswerParts {
  return {
    ...{ correlationId: request.readInt32BE(8), version: request.readInt16BE(6), port },
    ...{ topic: 'orders', nodeId: 1, message: Buffer.alloc(0), error: 0, count: (elements) => elements },
  };
}

let server: Awaited<ReturnType<typeof startThrottler>>;
beforeEach(async () => {
  server = await startThrottler();
});
afterEach(() => {
  server.close();
});

test('a closed producer has no connection, not even one that waits for a late answer of a broker that throttles', async () => {
  const producer = createProducer({ connection: connectionTo(server.port), limits, logger: quietLogger });
  await sendOne(producer, 'a');
  const late = sendOne(producer, 'a');
  // By then its connection is left to it, and others are sent on another one.
  await sleep(450);
  const codes = [late, sendOne(producer, 'b'), sendOne(producer, 'c')];
  await Promise.allSettled(codes);
  await producer.close();
  await eventually(() => {
    expect(server.open.size).toBe(0);
  });
});
