import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestAuthority, eventually, recordingLogger } from '@event-sinks/testing';
import { listen, startFakeBroker, type FakeBroker } from '../../test/fake-broker.ts';
import { createAddressGuard, type AddressGuard } from '../addresses/address-guard.ts';
import { createProducer } from '../producer/producer.ts';
import { BrokerConnection } from './broker-connection.ts';

/** Leads every name to 127.0.0.1 and then elsewhere, as an attacker's DNS does between a check and its use. */
function rebindingGuard(next = '127.0.0.2') {
  const asked: string[] = [];
  const guard = createAddressGuard({
    allowed: ['127.0.0.0/8'],
    resolve: (host) => {
      asked.push(host);
      return Promise.resolve([{ address: asked.length > 1 ? next : '127.0.0.1', family: 4 }]);
    },
  });
  return { guard, asked };
}

const dialer = {
  clientId: 'test',
  maxAnswerBytes: 1_024,
  connectTimeoutMs: 20_000,
  requestTimeoutMs: 20_000,
};

/** Connects, and gives the way to end it. */
async function connect(guard: AddressGuard, { host, port, ca, origin = 'bootstrap' }: Target) {
  const tls = ca === undefined ? undefined : { ca };
  const connection = await BrokerConnection.open({ ...dialer, guard, tls }, { host, port, origin });
  return {
    end: () => {
      connection.close();
    },
  };
}

interface Target {
  readonly host: string;
  readonly port: number;
  readonly ca?: string;
  readonly origin?: 'bootstrap' | 'advertised';
}

const authority = createTestAuthority('one');
const own = authority.then((each) => each.issue({ commonName: 'own', hosts: ['kafka.test', '127.0.0.1'] }));
const other = authority.then((each) => each.issue({ commonName: 'other', hosts: ['other.test'] }));
beforeAll(() => Promise.all([own, other]), 60_000);

describe('a connection', () => {
  let broker: FakeBroker;
  beforeEach(async () => {
    broker = await startFakeBroker();
  });
  afterEach(() => {
    broker.close();
  });

  test('connects to the address that was checked, and resolves the name once', async () => {
    const { guard, asked } = rebindingGuard();
    const { end } = await connect(guard, { host: 'kafka.test', port: broker.port });
    expect(asked).toEqual(['kafka.test']);
    expect(broker.connections).toBe(1);
    end();
  });

  test.each(['bootstrap', 'advertised'] as const)(
    'does not connect to a refused %s address',
    async (origin) => {
      const guard = createAddressGuard({
        resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      });
      const code = origin === 'bootstrap' ? 'BootstrapAddressNotAllowed' : 'AdvertisedAddressNotAllowed';
      for (const host of ['kafka.test', '127.0.0.1'])
        await expect(connect(guard, { host, port: broker.port, origin })).rejects.toMatchObject({ code });
      expect(broker.connections).toBe(0);
    },
  );

  test('tries the next address of a name when one is dead', async () => {
    // The server listens at one of them only.
    const addresses = ['127.0.0.3', '127.0.0.1'].map((address) => ({ address, family: 4 }));
    const guard = createAddressGuard({ allowed: ['127.0.0.0/8'], resolve: () => Promise.resolve(addresses) });
    const { end } = await connect(guard, { host: 'kafka.test', port: broker.port });
    end();
  });

  test.each([
    ['kafka.test', 'kafka.test', 'accepted'],
    ['kafka.test', 'other.test', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['127.0.0.1', '127.0.0.1', 'accepted'],
    ['127.0.0.1', 'other.test', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('TLS at %s with a certificate for %s is %s', async (host, certified, outcome) => {
    const pair = await (certified === 'other.test' ? other : own);
    const names: unknown[] = [];
    const server = await listen(
      () => undefined,
      (listener) =>
        createTlsServer({ cert: pair.certificate, key: pair.key }, (socket: TLSSocket) => {
          names.push(socket.servername);
          listener(socket);
        }).on('tlsClientError', () => undefined),
    );
    const { guard } = rebindingGuard();
    const connected = connect(guard, { host, port: server.port, ca: (await authority).certificate });
    if (outcome === 'accepted') {
      const { end } = await connected;
      // Routers choose the broker by the name. The server knows it a moment after the client has connected.
      await eventually(() => {
        expect(names).toEqual([host === '127.0.0.1' ? false : host]);
      });
      end();
    } else {
      const text = (error: unknown): string => JSON.stringify(error, ['code', 'cause']);
      await expect(connected.catch(text)).resolves.toContain(outcome);
    }
    server.close();
  });
});

test('a producer refuses records for an address that is not allowed', async () => {
  const server = await startFakeBroker();
  const producer = createProducer({
    connection: {
      ...{ bootstrapServers: [`127.0.0.1:${server.port}`], clientId: 'test' },
      addressGuard: createAddressGuard(),
    },
    logger: recordingLogger(),
  });
  const record = { topic: 'orders', key: null, value: Buffer.from('x'), headers: [] };
  await expect(producer.send(record)).rejects.toMatchObject({
    ...{ code: 'BootstrapAddressNotAllowed', status: 503 },
  });
  expect(server.connections).toBe(0);
  await producer.close();
  server.close();
});
