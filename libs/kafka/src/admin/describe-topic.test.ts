import { createServer as createHttpServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { listen, startFakeBroker, type FakeBroker } from '../../test/fake-broker.ts';
import { createAddressGuard, type AddressGuardOptions } from '../addresses/address-guard.ts';
import { describeTopic, type TopicDescription } from './describe-topic.ts';

/** Longer than any of these takes, and shorter for those that wait until it is over. */
const timeoutMs = 20_000;
const shortMs = 2_000;
/** Nothing listens there. */
const closedPort = 1;

type AskOptions = AddressGuardOptions & { readonly timeoutMs?: number };

const ask = (server: string, options: AskOptions = {}): Promise<TopicDescription> =>
  describeTopic({
    ...{ bootstrapServers: [server], clientId: 'test', topic: 'orders' },
    timeoutMs: options.timeoutMs ?? timeoutMs,
    addressGuard: createAddressGuard({ allowed: ['127.0.0.0/8'], ...options }),
  });

describe('leaders', () => {
  let broker: FakeBroker;
  let leader: FakeBroker;

  beforeEach(async () => {
    [broker, leader] = await Promise.all([startFakeBroker(), startFakeBroker()]);
  });
  afterEach(() => {
    for (const each of [broker, leader]) each.close();
  });

  const problemOf = async (options?: AskOptions): Promise<unknown> => {
    const answer = await ask(`127.0.0.1:${broker.port}`, options);
    expect(answer).toMatchObject({ found: true, replicationFactor: 1 });
    return answer.found ? answer.problem : undefined;
  };
  const led = (at: { host?: string; port?: number } = {}, leaders: readonly number[] = [1, 2]): void => {
    const own = { id: 1, host: '127.0.0.1', port: broker.port };
    broker.metadata = { brokers: [own, { id: 2, host: '127.0.0.1', port: leader.port, ...at }], leaders };
  };

  test('that can be reached are no problem, and the bootstrap server is not connected to twice', async () => {
    led();
    expect(await problemOf()).toBeUndefined();
    expect([broker.connections, leader.connections]).toEqual([1, 1]);
  });

  test('that lead no partition are not connected to', async () => {
    led({ port: closedPort }, [1, 1]);
    expect(await problemOf()).toBeUndefined();
  });

  test('under an address where nothing listens', async () => {
    led({ port: closedPort });
    expect(await problemOf()).toMatchObject({
      kind: { about: 'connection', failure: 'ConnectionRefused', origin: 'advertised' },
    });
  });

  test('under a name that is not known', async () => {
    led({ host: 'kafka-0.nowhere.invalid' });
    const resolve = () => Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
    expect(await problemOf({ resolve })).toMatchObject({
      kind: { failure: 'HostUnknown', origin: 'advertised' },
    });
  });

  test('under a name that is never resolved: said within the time, and of the leader', async () => {
    led({ host: 'slow.test' });
    expect(
      await problemOf({ resolve: () => new Promise(() => undefined), timeoutMs: shortMs }),
    ).toMatchObject({
      kind: { failure: 'TimedOut', origin: 'advertised' },
    });
  });

  test('under a port that is none', async () => {
    led({ port: 70_000 });
    expect(await problemOf()).toMatchObject({ kind: { failure: 'Unreachable', origin: 'advertised' } });
  });

  test('under an address that is not allowed', async () => {
    led({ host: 'leader.test' });
    const options = {
      allowed: ['127.0.0.1'],
      resolve: () => Promise.resolve([{ address: '127.0.0.2', family: 4 }]),
    };
    expect(await problemOf(options)).toMatchObject({ code: 'AdvertisedAddressNotAllowed' });
    expect(leader.connections).toBe(0);
  });

  test('missing for one partition of three', async () => {
    led({}, [1, -1, 2]);
    expect(await problemOf()).toMatchObject({ kind: { about: 'leaders', partitions: 1 } });
  });

  test('that the brokers do not know', async () => {
    led({}, [1, 3]);
    expect(await problemOf()).toMatchObject({ kind: { about: 'leaders', partitions: 1 } });
  });
});

describe('a bootstrap server', () => {
  const failure = async (server: string, options?: AskOptions): Promise<unknown> =>
    ask(server, options).catch((error: unknown) => error);
  const isKind = (name: string) => ({
    code: 'KafkaUnavailable',
    kind: { about: 'connection', failure: name, origin: 'bootstrap' },
  });

  test('whose name is not known', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }));
    expect(await failure('nobody.invalid:9092', { resolve })).toMatchObject(isKind('HostUnknown'));
  });

  test('that refuses the connection', async () => {
    expect(await failure(`127.0.0.1:${closedPort}`)).toMatchObject(isKind('ConnectionRefused'));
  });

  const servers: Record<string, [(socket: Socket) => void, string]> = {
    'that never answers': [() => undefined, 'TimedOut'],
    'that closes the connection': [(socket) => socket.once('data', () => socket.end()), 'ConnectionClosed'],
    'that greets like SSH': [(socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n'), 'NotKafka'],
    'whose frame has no end': [
      (socket) => socket.once('data', () => socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]))),
      'NotKafka',
    ],
    'that answers another question': [
      (socket) => socket.once('data', () => socket.write(Buffer.from([0, 0, 0, 4, 9, 9, 9, 9]))),
      'NotKafka',
    ],
  };
  test.each(Object.entries(servers))('%s', async (_, [onConnection, name]) => {
    const server = await listen(onConnection);
    const limit = name === 'TimedOut' ? { timeoutMs: 300 } : {};
    expect(await failure(`127.0.0.1:${server.port}`, limit)).toMatchObject(isKind(name));
    server.close();
  });

  test('that speaks HTTP', async () => {
    const http = await listen(
      () => undefined,
      (listener) => createHttpServer().on('connection', listener),
    );
    expect(await failure(`127.0.0.1:${http.port}`)).toMatchObject(isKind('NotKafka'));
    http.close();
  });

  test('at an address that is not allowed is not connected to', async () => {
    const broker = await startFakeBroker();
    for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]'])
      expect(await failure(`${host}:${broker.port}`, { allowed: [] })).toMatchObject({
        code: 'BootstrapAddressNotAllowed',
      });
    expect(broker.connections).toBe(0);
    broker.close();
  });
});
