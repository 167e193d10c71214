import { setTimeout as sleep } from 'node:timers/promises';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { listen } from '../../test/fake-broker.ts';
import { loopbackGuard } from '../../test/loopback-guard.ts';
import { createAddressGuard } from '../addresses/address-guard.ts';
import type { Call } from '../protocol/call.ts';
import { BrokerConnection, ConnectionClosed, type Dialer } from './broker-connection.ts';
import { NotKafka, TlsExpected } from './frame-reader.ts';

const dialer: Dialer = {
  ...{ clientId: 'test', guard: loopbackGuard, maxAnswerBytes: 1_024 },
  ...{ connectTimeoutMs: 20_000, requestTimeoutMs: 20_000 },
};

/** Sends a number and gets one. */
const call = (value = 7): Call<number> => ({
  ...{ apiKey: 3, version: 4, write: (writer) => writer.int32(value), read: (reader) => reader.int32() },
});

/** An answer: length, correlation id, and a number. */
function answer(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(12);
  bytes.writeInt32BE(8);
  bytes.writeInt32BE(id, 4);
  bytes.writeInt32BE(value, 8);
  return bytes;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Connects to a server that gets the socket, and each chunk of bytes that comes. */
async function connected(
  onData: (socket: Socket, bytes: Buffer) => void = () => undefined,
  change: Partial<Dialer> = {},
): Promise<BrokerConnection> {
  const server = await listen((socket) => {
    socket.on('data', (bytes) => {
      onData(socket, bytes);
    });
  });
  const address = { host: '127.0.0.1', port: server.port, origin: 'bootstrap' } as const;
  const connection = await BrokerConnection.open({ ...dialer, ...change }, address);
  ends.push(() => {
    connection.close();
    server.close();
  });
  return connection;
}

/** What three requests end with when this is the answer. */
async function failures(bytes: Buffer): Promise<unknown[]> {
  let isAnswered = false;
  const connection = await connected((socket) => {
    if (!isAnswered) socket.write(bytes);
    isAnswered = true;
  });
  const requests = [1, 2, 3].map((value) => connection.request(call(value)).catch((error: unknown) => error));
  const errors = await Promise.all(requests);
  expect(connection.isOpen()).toBe(false);
  expect(connection.inFlight).toBe(0);
  return errors;
}

describe('a request', () => {
  test('is written with its header, behind its length', async () => {
    const received = Promise.withResolvers<Buffer>();
    const connection = await connected((socket, bytes) => {
      received.resolve(bytes);
      socket.write(answer(1, 42));
    });
    expect(await connection.request(call(0x01020304))).toBe(42);
    const header = '00000012' + '0003' + '0004' + '00000001' + '000474657374';
    expect((await received.promise).toString('hex')).toBe(`${header}01020304`);
  });

  test('has a tagged field section in the headers when it is flexible', async () => {
    const received = Promise.withResolvers<Buffer>();
    const connection = await connected((socket, bytes) => {
      received.resolve(bytes);
      // One tagged field, number 5, of two bytes.
      socket.write(Buffer.from('0000000d' + '00000001' + '010502aabb' + '0000002a', 'hex'));
    });
    expect(await connection.request({ ...call(), isFlexible: true })).toBe(42);
    expect((await received.promise).subarray(18).toString('hex')).toBe('0000000007');
  });

  test('gets its own answer, in the order of the requests', async () => {
    const connection = await connected((socket) => {
      // Both requests came by then, and are answered at once.
      if (connection.inFlight === 3) socket.write(Buffer.concat([1, 2, 3].map((id) => answer(id, id * 10))));
    });
    const requests = [1, 2, 3].map((value) => connection.request(call(value)));
    expect(connection.inFlight).toBe(3);
    expect(await Promise.all(requests)).toEqual([10, 20, 30]);
  });

  test('fails by itself when its answer is malformed, and the next one is answered', async () => {
    let id = 0;
    const connection = await connected((socket) => {
      id += 1;
      socket.write(id === 1 ? Buffer.from('0000000400000001', 'hex') : answer(id, 5));
    });
    await expect(connection.request(call())).rejects.toMatchObject({ code: 'MALFORMED_ANSWER' });
    expect(await connection.request(call())).toBe(5);
  });

  test('fails with what its reader throws', async () => {
    const connection = await connected((socket) => socket.write(answer(1, 5)));
    const read = (): number => {
      throw new Error('reader');
    };
    await expect(connection.request({ ...call(), read })).rejects.toThrow('reader');
    expect(connection.isOpen()).toBe(true);
  });

  test('that cannot be written fails, and the connection is used on', async () => {
    const connection = await connected((socket) => socket.write(answer(2, 5)));
    const write = (): void => {
      throw new Error('writer');
    };
    await expect(connection.request({ ...call(), write })).rejects.toThrow('writer');
    expect(await connection.request(call())).toBe(5);
  });
});

describe('a connection ends, and every request with the reason, after', () => {
  const rows: Record<string, [bytes: Buffer, reason: new (...args: never[]) => Error]> = {
    'an answer with a wrong correlation id': [answer(9, 1), NotKafka],
    'the answer to the second request first': [answer(2, 1), NotKafka],
    'a frame of 3 bytes': [Buffer.from('00000003010203', 'hex'), NotKafka],
    'a negative length': [Buffer.from('ffffffff', 'hex'), NotKafka],
    'a frame above the cap': [Buffer.from('00000401', 'hex'), NotKafka],
    'the text of HTTP': [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), NotKafka],
    'a TLS record on a plain connection': [Buffer.from('15030300020228', 'hex'), TlsExpected],
  };
  test.each(Object.entries(rows))('%s', async (_, [bytes, reason]) => {
    const errors = await failures(bytes);
    for (const error of errors) expect(error).toBeInstanceOf(reason);
    expect(new Set(errors).size).toBe(1);
  });

  test('an answer to nothing', async () => {
    const connection = await connected((socket) => socket.write(Buffer.concat([answer(1, 1), answer(1, 1)])));
    expect(await connection.request(call())).toBe(1);
    await expect(connection.request(call())).rejects.toBeInstanceOf(NotKafka);
  });

  test('the end of the other side', async () => {
    const connection = await connected((socket) => socket.end());
    const requests = [1, 2].map((value) => connection.request(call(value)).catch((error: unknown) => error));
    expect(await Promise.all(requests)).toEqual([expect.any(ConnectionClosed), expect.any(ConnectionClosed)]);
  });

  test('a reset by the other side', async () => {
    const connection = await connected((socket) => socket.resetAndDestroy());
    await expect(connection.request(call())).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(connection.request(call())).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('silence', async () => {
    const connection = await connected(undefined, { requestTimeoutMs: 50 });
    const requests = [1, 2].map((value) => connection.request(call(value)).catch((error: unknown) => error));
    const [first, second] = await Promise.all(requests);
    expect(first).toMatchObject({ code: 'ETIMEDOUT', message: 'no answer within 50 ms' });
    expect(second).toBe(first);
    expect(connection.isOpen()).toBe(false);
  });
});

describe('a connection', () => {
  test('waits longer for what is in flight after extend', async () => {
    const connection = await connected((socket) => void sleep(300).then(() => socket.write(answer(1, 3))), {
      requestTimeoutMs: 100,
    });
    const request = connection.request(call());
    connection.extend(20_000);
    expect(await request).toBe(3);
  });

  test('fails what is in flight, and what is asked later, with the reason that it was closed with', async () => {
    const connection = await connected((socket) => socket.write(Buffer.from('00000400000000', 'hex')));
    const request = connection.request(call()).catch((error: unknown) => error);
    await sleep(50);
    connection.close(new Error('own reason'));
    expect(await request).toEqual(new Error('own reason'));
    await expect(connection.request(call())).rejects.toThrow('own reason');
  });

  test('is not opened any more when its name is resolved after the time is up', async () => {
    let connections = 0;
    const server = await listen(() => (connections += 1));
    ends.push(server.close);
    const resolve = () => sleep(150).then(() => [{ address: '127.0.0.1', family: 4 }]);
    const guard = createAddressGuard({ allowed: ['127.0.0.0/8'], resolve });
    const address = { host: 'slow.test', port: server.port, origin: 'bootstrap' } as const;
    const opened = BrokerConnection.open({ ...dialer, guard, connectTimeoutMs: 50 }, address);
    await expect(opened).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await sleep(400);
    expect(connections).toBe(0);
  });

  test('is not opened in time when TLS is never answered', async () => {
    const server = await listen(() => undefined);
    ends.push(server.close);
    const address = { host: '127.0.0.1', port: server.port, origin: 'bootstrap' } as const;
    const opened = BrokerConnection.open({ ...dialer, tls: {}, connectTimeoutMs: 50 }, address);
    await expect(opened).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });
});
