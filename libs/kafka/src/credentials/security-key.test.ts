import { describe, expect, test } from '@jest/globals';
import { securityKey } from './security-key.ts';
import type { KafkaSecurity } from './security.ts';

const sasl = { mechanism: 'PLAIN', username: 'a', password: 'b' } as const;
const oauth = {
  mechanism: 'OAUTHBEARER',
  tokenEndpoint: 'https://a',
  clientId: 'b',
  clientSecret: 'c',
} as const;

describe('securityKey', () => {
  test('is 64 hexadecimal digits, the same for the same credentials, however the object is built', () => {
    const key = securityKey({ protocol: 'SASL_SSL', tls: { ca: 'x' }, sasl });
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(securityKey({ sasl: { ...sasl }, tls: { ca: 'x' }, protocol: 'SASL_SSL' })).toBe(key);
  });

  test('no security is PLAINTEXT', () => {
    expect(securityKey(undefined)).toBe(securityKey({ protocol: 'PLAINTEXT' }));
  });

  test('differs wherever the credentials do', () => {
    const all: KafkaSecurity[] = [
      { protocol: 'PLAINTEXT' },
      { protocol: 'SSL' },
      { protocol: 'SSL', tls: { ca: 'x' } },
      { protocol: 'SSL', tls: { certificate: 'x' } },
      { protocol: 'SSL', tls: { key: 'x' } },
      { protocol: 'SASL_PLAINTEXT', sasl },
      { protocol: 'SASL_SSL', sasl },
      { protocol: 'SASL_SSL', sasl: { ...sasl, mechanism: 'SCRAM-SHA-256' } },
      { protocol: 'SASL_SSL', sasl: { ...sasl, username: 'ab', password: '' } },
      { protocol: 'SASL_SSL', sasl: { ...sasl, username: '', password: 'ab' } },
      { protocol: 'SASL_SSL', sasl: oauth },
      { protocol: 'SASL_SSL', sasl: { ...oauth, scope: 'd' } },
      { protocol: 'SASL_SSL', sasl: { ...oauth, clientSecret: 'd' } },
    ];
    expect(new Set(all.map(securityKey)).size).toBe(all.length);
  });
});
