import { expect, test } from '@jest/globals';
import { systemClock } from '@event-sinks/runtime';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { eventText } from '../../test/front.ts';
import { UnparsedBytes } from '../unparsed-bytes.ts';
import type { Exchange } from '../exchange.ts';
import { answerText } from './answer-text.ts';
import { PlainConnection } from './plain-connection.ts';

/** A connection whose client takes an answer only when the test lets it. */
class SlowSocket extends Duplex {
  #written: (() => void) | undefined;

  constructor() {
    super({ writableHighWaterMark: 1 });
  }

  override _read(): void {
    // What there is to read is pushed by the test.
  }

  override _write(_bytes: Buffer, _encoding: string, written: () => void): void {
    this.#written = written;
  }

  takeAnswer(): void {
    this.#written?.();
  }
}

function connection() {
  const socket = new SlowSocket();
  const served: string[] = [];
  const left: PlainConnection[] = [];
  const made = new PlainConnection(socket as unknown as Socket, {
    limits: { maxHeadBytes: 8_192, maxBodyBytes: 1_024 },
    maxRequests: 0,
    unparsed: new UnparsedBytes(1_000_000, () => undefined),
    clock: systemClock,
    answers: answerText(() => 0, 5_000),
    receive: (exchange: Exchange) => {
      served.push(exchange.rawHeaders[3] ?? '');
      exchange.answer({ status: 202, headers: ['Content-Length', '0'] }, false);
    },
    handOver: () => {
      throw new Error('handed over');
    },
    onLeft: (each) => left.push(each),
  });
  const send = async (id: string) => {
    socket.push(eventText(id));
    await setImmediate();
  };
  return { socket, made, served, left, send };
}

test('a client that does not take its answers gets no further one served', async () => {
  const { socket, served, send } = connection();
  await send('1');
  await send('2');
  expect(served).toEqual(['1']);
  expect(socket.isPaused()).toBe(true);
  socket.takeAnswer();
  await setImmediate();
  await setImmediate();
  expect(served).toEqual(['1', '2']);
  expect(socket.isPaused()).toBe(false);
});

test('one that never takes them is cut once it has been silent for as long as an idle one may be', async () => {
  const { made, send, left } = connection();
  await send('1');
  for (let sweep = 0; sweep < 10; sweep += 1) made.sweep(2, 10);
  expect(left).toEqual([]);
  made.sweep(2, 10);
  await setImmediate();
  expect(left).toEqual([made]);
});
