import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { answerBody, type AnswerParts, type Stage } from './hostile-answers.ts';
import type { Random } from './hostile-random.ts';

/** An honest answer, and what a fault may use to spoil it. */
export interface FaultContext {
  readonly socket: Socket;
  readonly stage: Stage;
  readonly parts: AnswerParts;
  readonly random: Random;
}

type Fault = (context: FaultContext) => void;

/** What a hostile broker does instead of an honest answer. */
export const faults: Readonly<Record<string, Fault>> = {
  'random bytes': ({ socket, random }) => {
    socket.write(random.bytes(1 + random.below(300)));
  },
  'random bytes in a frame with the right correlation id': ({ socket, parts, random }) => {
    const id = Buffer.alloc(4);
    id.writeInt32BE(parts.correlationId);
    socket.write(framed(Buffer.concat([id, random.bytes(random.below(300))])));
  },
  'a truncated answer': (context) => {
    const body = honest(context);
    context.socket.write(framed(body.subarray(0, 4 + context.random.below(body.length - 4))));
  },
  'flipped bytes': (context) => {
    const body = honest(context);
    const { random } = context;
    for (let flips = 1 + random.below(4); flips > 0; flips -= 1) {
      const at = 4 + random.below(body.length - 4);
      body.writeUInt8(random.below(256), at);
    }
    context.socket.write(framed(body));
  },
  'an impossible length': (context) => {
    const { random, socket } = context;
    const length = random.pick([-1, -(2 ** 31), 0, 1, 2, 3, 2 ** 31 - 1, 4_194_305, 300_000, 4_194_304]);
    socket.write(framed(honest(context), length));
  },
  'counts larger than the answer': (context) => {
    const { random } = context;
    const large = random.pick([2 ** 31 - 2, 1_000_000, 65_536, 300]);
    const at = random.below(6);
    let seen = 0;
    const count = (elements: number): number => (seen++ === at ? large : elements);
    context.socket.write(framed(honest(context, { count })));
  },
  'an error code': (context) => {
    const { random } = context;
    // Kafka's codes end near 130; one in eight is none of them.
    const error = random.below(8) === 0 ? random.below(65_536) - 32_768 : random.below(135) - 1;
    context.socket.write(framed(honest(context, { error })));
  },
  'another correlation id': (context) => {
    const { random, parts } = context;
    const correlationId = random.pick([parts.correlationId + 1, parts.correlationId - 1, -1, 0, 2 ** 31 - 1]);
    context.socket.write(framed(honest(context, { correlationId })));
  },
  'the same answer twice': (context) => {
    const frame = framed(honest(context));
    context.socket.write(Buffer.concat([frame, frame]));
  },
  silence: () => undefined,
  'closed half-way': (context) => {
    const frame = framed(honest(context));
    const { socket, random } = context;
    socket.write(frame.subarray(0, random.below(frame.length)));
    if (random.below(2) === 0) socket.end();
    else socket.resetAndDestroy();
  },
  'a slow drip of bytes': (context) => {
    void drip(context.socket, framed(honest(context)), context.random);
  },
  'another node each time': (context) => {
    const nodeId = context.random.below(2 ** 31);
    context.socket.write(framed(honest(context, { nodeId })));
  },
};

/** The names of {@link faults}. */
export const faultNames = Object.keys(faults) as [string, ...string[]];

/** Puts a length in front, the true one by default. */
export function framed(body: Buffer, length = body.length): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(length);
  return Buffer.concat([size, body]);
}

function honest({ stage, parts }: FaultContext, change: Partial<AnswerParts> = {}): Buffer {
  return answerBody(stage, { ...parts, ...change });
}

async function drip(socket: Socket, frame: Buffer, random: Random): Promise<void> {
  const pauseMs = 1 + random.below(20);
  for (const byte of frame) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(Buffer.from([byte]));
    await sleep(pauseMs);
  }
}
