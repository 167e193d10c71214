import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { brokerAnswers, liveBrokers, metadataRequest } from './probe.ts';

const servers: Server[] = [];

async function answering(reply: Buffer | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => (reply === undefined ? socket.end() : socket.write(reply)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const reply = (brokers: number) => {
  const frame = Buffer.alloc(12);
  frame.writeInt32BE(8, 0);
  frame.writeInt32BE(1, 4);
  frame.writeInt32BE(brokers, 8);
  return frame;
};

describe('brokerAnswers', () => {
  test('true when a broker counts itself as alive', async () => {
    expect(await brokerAnswers('127.0.0.1', await answering(reply(1)))).toBe(true);
  });

  test('false while the controller has not let any broker in', async () => {
    expect(await brokerAnswers('127.0.0.1', await answering(reply(0)))).toBe(false);
  });

  test('false when the connection is closed without an answer, or refused', async () => {
    expect(await brokerAnswers('127.0.0.1', await answering(undefined))).toBe(false);
    expect(await brokerAnswers('127.0.0.1', 1)).toBe(false);
  });
});

test('the request says its own length', () => {
  const request = metadataRequest();
  expect(request.readInt32BE(0)).toBe(request.length - 4);
  expect(liveBrokers(Buffer.alloc(4))).toBe(0);
});
