import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loopbackGuard } from '../../test/loopback-guard.ts';
import { kafkaSinkError } from '../protocol/error-mapping.ts';
import { metadataCall } from '../protocol/metadata.ts';
import { BrokerLink } from './broker-link.ts';
import { dialerOf } from './connection-options.ts';
import { LoginHold } from './login-hold.ts';

/** A broker that refuses every password, and counts them. */
interface Refuser {
  readonly port: number;
  logins: number;
  close(): Promise<void>;
}

const keys = { saslHandshake: 17, saslAuthenticate: 36 };

/** The bodies of its answers; `SASL_AUTHENTICATION_FAILED` is 58. */
const answers: Readonly<Record<number, Buffer>> = {
  [keys.saslHandshake]: Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 1, 0, 5]), Buffer.from('PLAIN')]),
  [keys.saslAuthenticate]: Buffer.from([0, 58, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
};

async function startRefuser(): Promise<Refuser> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (request) => {
      // Requests come one by one, each in a packet of its own.
      const key = request.readInt16BE(4);
      if (key === keys.saslAuthenticate) refuser.logins += 1;
      const body = Buffer.concat([request.subarray(8, 12), answers[key] ?? Buffer.alloc(0)]);
      const size = Buffer.alloc(4);
      size.writeInt32BE(body.length);
      socket.write(Buffer.concat([size, body]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const refuser: Refuser = {
    port: (server.address() as AddressInfo).port,
    logins: 0,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  };
  return refuser;
}

let refuser: Refuser;
beforeEach(async () => {
  refuser = await startRefuser();
});
afterEach(() => refuser.close());

test('a refused password is sent once, however many requests and connections need it, until it is time', async () => {
  const time = { now: 0 };
  const hold = { pauseMs: 1_000, maxPauseMs: 25_000, now: () => time.now, random: () => 1 };
  const sasl = { mechanism: 'PLAIN', username: 'shop', password: 'wrong' } as const;
  const security = { protocol: 'SASL_PLAINTEXT', sasl } as const;
  const connection = { bootstrapServers: [], clientId: 'test', addressGuard: loopbackGuard, security };
  const dialer = dialerOf(connection, { connectTimeoutMs: 10_000, requestTimeoutMs: 10_000 });
  const logins = new LoginHold(hold);
  const address = { host: '127.0.0.1', port: refuser.port, origin: 'bootstrap' } as const;
  const links = [1, 2, 3].map(() => new BrokerLink({ address, dialer, logins }));
  const ask = async (): Promise<void> => {
    for (const link of links) {
      const failure: unknown = await link.request(metadataCall([])).catch((error: unknown) => error);
      expect(kafkaSinkError(failure).code).toBe('CredentialsRefused');
    }
  };
  for (let count = 0; count < 10; count += 1) await ask();
  expect(refuser.logins).toBe(1);
  time.now = 1_000;
  await ask();
  await ask();
  expect(refuser.logins).toBe(2);
  logins.lift();
  await ask();
  expect(refuser.logins).toBe(3);
  for (const link of links) link.close();
});
