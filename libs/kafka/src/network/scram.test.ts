import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SaltedPasswords } from './salted-passwords.ts';
import { scram } from './scram.ts';

const credentials = {
  mechanism: 'SCRAM-SHA-256',
  username: 'us=er,1',
  password: 'pä"ss',
  saltedPasswords: new SaltedPasswords(),
} as const;
const salt = Buffer.from('salt');

/** A broker of RFC 5802's side, which can be told to misbehave. */
function broker(password: string, change: { nonce?: string; iterations?: number; signature?: string } = {}) {
  const iterations = change.iterations ?? 4096;
  const seen: string[] = [];
  const salted = pbkdf2Sync(Buffer.from(password), salt, 4096, 32, 'sha256');
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  return {
    seen,
    isProved: () => {
      const [first = '', last = ''] = seen;
      const nonce = /r=(.*)$/.exec(first)?.[1] ?? '';
      const challenge = `r=${nonce}server,s=${salt.toString('base64')},i=${iterations}`;
      const [withoutProof = '', proof = ''] = last.split(',p=');
      const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
      const message = `${first.slice(3)},${challenge},${withoutProof}`;
      const signature = hmac(stored, message);
      const key = Buffer.from(Buffer.from(proof, 'base64').map((byte, at) => byte ^ (signature[at] ?? 0)));
      return createHash('sha256').update(key).digest().equals(stored);
    },
    exchange: (bytes: Buffer): Promise<Buffer> => {
      seen.push(bytes.toString());
      const [first = '', last] = seen;
      const nonce = /r=(.*)$/.exec(first)?.[1] ?? '';
      const challenge = `r=${change.nonce ?? `${nonce}server`},s=${salt.toString('base64')},i=${iterations}`;
      if (last === undefined) return Promise.resolve(Buffer.from(challenge));
      const message = `${first.slice(3)},${challenge},${last.split(',p=')[0] ?? ''}`;
      const signature = hmac(hmac(salted, 'Server Key'), message).toString('base64');
      return Promise.resolve(Buffer.from(`v=${change.signature ?? signature}`));
    },
  };
}

describe('SCRAM', () => {
  test('both sides prove that they know the password; the name is escaped', async () => {
    const right = broker(credentials.password);
    await scram(credentials, right.exchange);
    expect(right.seen[0]).toMatch(/^n,,n=us=3Der=2C1,r=.{32}$/);
    expect(right.isProved()).toBe(true);
  });

  test.each([
    ['another password', 'other', {}],
    ['a signature that is cut', credentials.password, { signature: 'AAAA' }],
    ['a nonce that is not made from ours', credentials.password, { nonce: 'server' }],
    ['too few iterations', credentials.password, { iterations: 1 }],
    ['more iterations than Kafka allows', credentials.password, { iterations: 16_385 }],
  ])('a broker with %s is not trusted', async (_, password, change) => {
    const wrong = broker(password, change);
    await expect(scram(credentials, wrong.exchange)).rejects.toMatchObject({ code: 'CredentialsRefused' });
  });
});
