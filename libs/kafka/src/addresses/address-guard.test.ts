import { describe, expect, test } from '@jest/globals';
import { createAddressGuard, type AddressGuardOptions } from './address-guard.ts';
import { addressBytes, addressRange, isWithin } from './ip-address.ts';

/** Names of the test's own; nothing is asked of any DNS, and nothing is connected to. */
const names: Readonly<Record<string, readonly string[]>> = {
  'kafka.test': ['10.1.2.3', 'fd00::3'],
  'two-faced.test': ['10.1.2.3', '127.0.0.1'],
  'empty.test': [],
  'kubernetes.default.svc': ['10.96.0.1'],
};
const resolve: AddressGuardOptions['resolve'] = (host) => {
  const found = names[host];
  if (found === undefined)
    return Promise.reject(Object.assign(new Error(`unknown ${host}`), { code: 'ENOTFOUND' }));
  return Promise.resolve(found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
};
const kindOf = async (host: string, options: AddressGuardOptions = {}): Promise<string> => {
  try {
    await createAddressGuard({ resolve, ...options }).resolve(host);
    return 'allowed';
  } catch (error) {
    return error instanceof Error && 'kind' in error ? String(error.kind) : String(error);
  }
};

describe('by default', () => {
  test.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'link-local'],
    ['febf::1', 'link-local'],
    ['fd00:ec2::254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['::127.0.0.1', 'loopback'],
    ['::ffff:0:127.0.0.1', 'loopback'],
    ['64:ff9b::127.0.0.1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'link-local'],
    ['64:ff9b:1::a9fe:a9fe', 'link-local'],
    ['64:ff9b:1:7f00:0:100::', 'loopback'],
    ['2002:7f00:1::', 'loopback'],
    ['2002:a9fe:a9fe::1', 'link-local'],
    ['2001:0:7f00:1:0:0:f5ff:fffe', 'loopback'],
    ['2001::808:808:0:0:80ff:fffe', 'loopback'],
    ['fd00::5efe:7f00:1', 'loopback'],
    ['two-faced.test', 'loopback'],
  ])('%s is refused as %s', async (host, kind) => {
    expect(await kindOf(host)).toBe(kind);
  });

  test.each([
    '64:ff9b:1::10.0.0.1',
    '64:ff9b:1:a00:0:100::',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '9.9.9.9',
    'fd00::1',
    '2a00::1',
    'kafka.test',
  ])('%s is allowed', async (host) => {
    expect(await kindOf(host)).toBe('allowed');
  });

  test('returns every address that was checked', async () => {
    const found = await createAddressGuard({ resolve }).resolve('kafka.test');
    expect(found.map(({ address }) => address)).toEqual(['10.1.2.3', 'fd00::3']);
  });

  test.each(['nobody.test', 'empty.test', ''])(
    'an unknown host %p is no answer of the guard',
    async (host) => {
      await expect(createAddressGuard({ resolve }).resolve(host)).rejects.toMatchObject({
        code: 'ENOTFOUND',
      });
    },
  );
});

describe('what is allowed by name or range', () => {
  test.each([
    ['127.0.0.1', ['127.0.0.0/8']],
    ['::ffff:127.0.0.1', ['127.0.0.0/8']],
    ['::1', ['::1']],
    ['two-faced.test', ['two-faced.test']],
    ['two-faced.test', ['Two-Faced.Test.']],
    ['two-faced.test', ['127.0.0.1']],
    ['10.96.0.1', ['10.96.0.0/12']],
  ])('%s with %p', async (host, allowed) => {
    expect(await kindOf(host, { allowed, denied: ['10.96.0.1'] })).toBe('allowed');
  });

  test('a range of one family opens nothing in the other, and a name only itself', async () => {
    expect(await kindOf('::1', { allowed: ['127.0.0.0/8'] })).toBe('loopback');
    expect(await kindOf('127.0.0.1', { allowed: ['two-faced.test'] })).toBe('loopback');
  });

  test('a tunnel is allowed only if both of its ends are', async () => {
    const teredo = '2001:0:7f00:1:0:0:5601:5601';
    expect(await kindOf(teredo, { allowed: ['127.0.0.0/8'] })).toBe('link-local');
    expect(await kindOf(teredo, { allowed: ['127.0.0.0/8', '169.254.0.0/16'] })).toBe('allowed');
  });

  test('everything once the guard is off', async () => {
    expect(await kindOf('169.254.169.254', { isEnabled: false })).toBe('allowed');
  });
});

describe('the API server and our own Services', () => {
  const denied = ['kubernetes.default.svc', 'gone.test', '10.96.0.7'];

  test.each(['kubernetes.default.svc', '10.96.0.1', '::ffff:10.96.0.1', '64:ff9b::10.96.0.7', '10.96.0.7'])(
    '%s is refused',
    async (host) => {
      expect(await kindOf(host, { denied })).toBe('denied');
    },
  );

  test('others are allowed', async () => {
    expect(await kindOf('10.96.0.2', { denied })).toBe('allowed');
  });

  test('are looked up again after a while, and once for all who ask', async () => {
    let now = 0;
    let asked = 0;
    let address = '10.0.0.1';
    const guard = createAddressGuard({
      denied: ['service.test'],
      now: () => now,
      resolve: () => {
        asked += 1;
        return Promise.resolve([{ address, family: 4 }]);
      },
    });
    const isRefused = (host: string): Promise<boolean> =>
      guard.resolve(host).then(
        () => false,
        () => true,
      );
    expect(await Promise.all(['10.0.0.1', '10.0.0.2', '10.0.0.1'].map(isRefused))).toEqual([
      true,
      false,
      true,
    ]);
    expect(asked).toBe(1);
    address = '10.0.0.2';
    expect(await isRefused('10.0.0.2')).toBe(false);
    now += 31_000;
    expect(await isRefused('10.0.0.2')).toBe(true);
    expect(asked).toBe(2);
  });

  test('while DNS fails what was found last counts, and before that nothing is connected to', async () => {
    let now = 0;
    let isDown = true;
    const guard = createAddressGuard({
      denied: ['service.test'],
      now: () => now,
      resolve: () =>
        isDown
          ? Promise.reject(Object.assign(new Error('down'), { code: 'EAI_AGAIN' }))
          : Promise.resolve([{ address: '10.0.0.1', family: 4 }]),
    });
    await expect(guard.resolve('10.0.0.2')).rejects.toMatchObject({ code: 'EAI_AGAIN' });
    isDown = false;
    await expect(guard.resolve('10.0.0.2')).resolves.toHaveLength(1);
    isDown = true;
    now += 31_000;
    await expect(guard.resolve('10.0.0.2')).resolves.toHaveLength(1);
    await expect(guard.resolve('10.0.0.1')).rejects.toMatchObject({ kind: 'denied' });
  });
});

describe('ranges', () => {
  test.each(['10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::/129', 'kafka.test', '1.2.3.4/8/8', '10.0.0.0/-1'])(
    '%s is none',
    (text) => {
      expect(addressRange(text)).toBeUndefined();
    },
  );

  test.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.128.0/17', '10.1.200.1', true],
    ['10.1.128.0/17', '10.1.127.1', false],
    ['0.0.0.0/0', '1.2.3.4', true],
    ['0.0.0.0/0', '::1', false],
    ['fd00::/9', 'fd7f::1', true],
    ['fd00::/9', 'fd80::1', false],
  ])('%s and %s: %p', (range, address, expected) => {
    const parsed = addressRange(range);
    const bytes = addressBytes(address);
    expect(parsed !== undefined && bytes !== undefined && isWithin(bytes, parsed)).toBe(expected);
  });
});
