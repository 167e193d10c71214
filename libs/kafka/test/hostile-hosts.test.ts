import { expect, test } from '@jest/globals';
import { allowedAddresses } from '../src/network/broker-address.ts';
import { kafkaSinkError } from '../src/protocol/error-mapping.ts';
import { loopbackGuard } from './loopback-guard.ts';

const hosts: Record<string, string> = {
  'the empty name': '',
  'a name of a NUL': '\0',
  'an address behind which a NUL hides a name': '127.0.0.1\0kafka.test',
  'a name of 32,767 letters': 'a'.repeat(32_767),
  'a name that is not ASCII': '\u{1f600}.test',
  'a name with a replaced byte': '\ufffd27.0.0.1',
  'a name with white space': '127.0.0.1 ',
  'a name with a line break': 'kafka\n.test',
};

// A broker advertises what it wants, and InternalError would blame this program for it.
test.each(Object.entries(hosts))('a broker that advertises %s is unavailable', async (_, host) => {
  const resolved = allowedAddresses(loopbackGuard, { host, port: 9_092, origin: 'advertised' });
  const failure: unknown = await resolved.catch((error: unknown) => error);
  expect(kafkaSinkError(failure).code).toBe('KafkaUnavailable');
});

test.each([0, -1, 65_536, 2 ** 31 - 1])(
  'a broker that advertises the port %d is unavailable',
  async (port) => {
    const resolved = allowedAddresses(loopbackGuard, { host: '127.0.0.1', port, origin: 'advertised' });
    const failure: unknown = await resolved.catch((error: unknown) => error);
    expect(kafkaSinkError(failure).code).toBe('KafkaUnavailable');
  },
);
