import { networkInterfaces } from 'node:os';
import { expect, test } from '@jest/globals';
import { addressGuardOf, addressGuardVariables, type AddressGuardConfig } from './guard-variables.ts';

const guard = (env: Readonly<Record<string, string>> = {}) => {
  const fields = Object.entries(addressGuardVariables());
  const values = fields.map(([name, field]) => [name, field.parse(env[name])]);
  return addressGuardOf(Object.fromEntries(values) as AddressGuardConfig);
};

test('without configuration loopback and the process’s own addresses are refused', async () => {
  const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  for (const host of ['127.0.0.1', ...own.map(({ address }) => address)])
    await expect(guard().resolve(host)).rejects.toMatchObject({ name: 'AddressNotAllowed' });
});

test('the API server’s address and the denied Services are refused', async () => {
  const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KAFKA_DENIED_SERVICES: '10.96.0.9' };
  for (const host of ['10.96.0.1', '10.96.0.9'])
    await expect(guard(env).resolve(host)).rejects.toMatchObject({ kind: 'denied' });
  await expect(guard(env).resolve('10.96.0.2')).resolves.toHaveLength(1);
});

test('allowed ranges are allowed, and everything once it is switched off', async () => {
  await expect(
    guard({ KAFKA_ALLOWED_ADDRESSES: '127.0.0.0/8, ::1' }).resolve('127.0.0.1'),
  ).resolves.toHaveLength(1);
  await expect(guard({ KAFKA_ADDRESS_GUARD: 'false' }).resolve('127.0.0.1')).resolves.toHaveLength(1);
});

test.each(['127.0.0.0/33', '127.0.0', 'a b', 'http://kafka', '10.0.0.0/8,10.0.0.0/8', '*'])(
  '%p is no list of addresses',
  (text) => {
    expect(() => guard({ KAFKA_ALLOWED_ADDRESSES: text })).toThrow('at most 100 different ranges');
  },
);
