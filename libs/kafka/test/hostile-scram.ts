import { createHmac, pbkdf2Sync } from 'node:crypto';

/** The login that {@link scramServer} takes. */
export const scramLogin = { username: 'alice', password: 'p4ss' } as const;

const salt = Buffer.from('salt of this broker');
const iterations = 4_096;
const salted = pbkdf2Sync(scramLogin.password, salt, iterations, 32, 'sha256');
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const serverKey = hmac(salted, 'Server Key');

/** A broker's side of SCRAM-SHA-256 (RFC 5802) on one connection; it takes every proof, and gives its own. */
export function scramServer(): (message: Buffer) => Buffer {
  let challenge = '';
  let clientFirst = '';
  return (message) => {
    const text = message.toString();
    if (challenge === '') {
      clientFirst = text.slice(3);
      const nonce = /r=(.*)$/.exec(clientFirst)?.[1] ?? '';
      challenge = `r=${nonce}server,s=${salt.toString('base64')},i=${iterations}`;
      return Buffer.from(challenge);
    }
    const [withoutProof = ''] = text.split(',p=');
    const signature = hmac(serverKey, `${clientFirst},${challenge},${withoutProof}`);
    return Buffer.from(`v=${signature.toString('base64')}`);
  };
}
