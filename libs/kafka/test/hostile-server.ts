import type { Socket } from 'node:net';
import { listen } from './fake-broker.ts';
import { answerBody, stageByKey, type AnswerParts, type Stage } from './hostile-answers.ts';
import { faultNames, faults, framed } from './hostile-faults.ts';
import { seededRandom } from './hostile-random.ts';
import { scramServer } from './hostile-scram.ts';

/** A broker on 127.0.0.1 that answers honestly up to some request of each connection, and not from there on. */
export interface HostileServer {
  readonly port: number;
  /** Answers that were not honest, by the stage and by the fault. */
  readonly answers: ReadonlyMap<string, number>;
  close(): void;
}

/** How a {@link HostileServer} behaves. */
export interface HostileOptions {
  readonly seed: number;
  /** Answers of a connection that may be honest, at most; Infinity for a broker that always is. */
  readonly honest: number;
  readonly onHostile?: (total: number) => void;
}

/** Starts one that takes logins by SCRAM-SHA-256, by PLAIN and none at all. */
export async function startHostileServer({
  seed,
  honest,
  onHostile,
}: HostileOptions): Promise<HostileServer> {
  const answers = new Map<string, number>();
  let [connections, total] = [0, 0];
  const count = (key: string): void => void answers.set(key, (answers.get(key) ?? 0) + 1);
  const server = await listen((socket) => {
    connections += 1;
    const random = seededRandom(seed + connections * 7_919);
    let left = honest === Infinity ? Infinity : random.below(honest + 1);
    onRequests(socket, server.port, (stage, parts) => {
      left -= 1;
      if (left >= 0) {
        socket.write(framed(answerBody(stage, parts)));
        return;
      }
      const fault = random.pick(faultNames);
      total += 1;
      for (const key of [stage === 'Metadata' ? `Metadata v${parts.version}` : stage, fault]) count(key);
      if (!socket.destroyed && socket.writable) faults[fault]?.({ socket, stage, parts, random });
      onHostile?.(total);
    });
  });
  return { port: server.port, answers, close: server.close };
}

function onRequests(socket: Socket, port: number, answer: (stage: Stage, parts: AnswerParts) => void): void {
  const scram = scramServer();
  let received = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE()) {
      const length = 4 + received.readInt32BE();
      const request = received.subarray(4, length);
      received = received.subarray(length);
      const stage = stageByKey[request.readInt16BE()];
      if (stage === undefined) throw new Error(`a request of the key ${request.readInt16BE()}`);
      const message = stage === 'SaslAuthenticate' ? loginAnswer(scram, request) : Buffer.alloc(0);
      answer(stage, { ...partsOf(request), port, message });
    }
  });
}

/** What is sent behind the header (key, version, correlation id, client id) is 4 bytes of length and the message. */
function loginAnswer(scram: (message: Buffer) => Buffer, request: Buffer): Buffer {
  const message = request.subarray(10 + request.readInt16BE(8) + 4);
  return message[0] === 0 ? Buffer.alloc(0) : scram(message);
}

function partsOf(request: Buffer): Omit<AnswerParts, 'port' | 'message'> {
  return {
    ...{ correlationId: request.readInt32BE(4), version: request.readInt16BE(2) },
    ...{ topic: 'orders', nodeId: 1, error: 0, count: (elements: number) => elements },
  };
}
