import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Where ports come from: below 32768, where Linux begins to number outgoing connections. A port of theirs may be free when
 * it is chosen and taken by anyone's connection a second later, when the server that it is for comes to listen on it.
 */
const range = { first: 15_000, last: 29_999 } as const;

/** Tries for each port; more than a few are needed only on a machine where most of the range is taken. */
const mostTries = 100;

/**
 * Ports of 127.0.0.1 that nobody listens on and that no other call is given, in this process or another, while this process
 * lives. @throws Error when there are none.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries += 1) {
    if (tries === count * mostTries)
      throw new Error(`no port between ${range.first} and ${range.last} is free`);
    const port = randomInt(range.first, range.last + 1);
    if ((await isFree(port)) && (await reserve(port))) ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Holds the UDP port of the same number, which is nobody's but ours: a mark that the system takes back when we end. */
async function reserve(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const mark = createSocket('udp4').unref();
    mark.once('error', () => {
      mark.close();
      resolve(false);
    });
    mark.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
      resolve(true);
    });
  });
}
