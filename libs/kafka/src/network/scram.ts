import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { SinkError } from '@event-sinks/errors';
import type { KafkaPassword } from '../credentials/security.ts';
import type { SaltedPasswords } from './salted-passwords.ts';

/** Sends one message of a SASL mechanism and returns the broker's answer. */
export type SaslExchange = (message: Buffer) => Promise<Buffer>;

const algorithms = {
  'SCRAM-SHA-256': { hash: 'sha256', length: 32 },
  'SCRAM-SHA-512': { hash: 'sha512', length: 64 },
} as const;

/** Fewer are too weak (RFC 7677); Kafka stores no password with more (`ScramMechanism.maxIterations`). */
const iterationBounds = { least: 4096, most: 16_384 };

/** Far more than any broker's messages have; Kafka's nonce and salt are of 25 bytes or so. */
const maxMessageBytes = 4_096;

const gs2Header = 'n,,';

/**
 * SCRAM as RFC 5802 has it, without channel binding. Like Kafka's own client it takes the password's UTF-8 bytes as
 * they are (no SASLprep).
 * @throws SinkError `CredentialsRefused`, also when the broker cannot prove that it knows the password.
 */
export async function scram(
  credentials: KafkaPassword & {
    readonly mechanism: keyof typeof algorithms;
    readonly saltedPasswords: SaltedPasswords;
  },
  exchange: SaslExchange,
): Promise<void> {
  const { hash, length } = algorithms[credentials.mechanism];
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest();

  const nonce = randomBytes(24).toString('base64');
  const clientFirst = `n=${escapeName(credentials.username)},r=${nonce}`;
  const serverFirst = await readMessage(exchange(Buffer.from(gs2Header + clientFirst)));
  const { salt, iterations, serverNonce } = readChallenge(serverFirst, nonce);

  const { password, saltedPasswords } = credentials;
  const salted = await saltedPasswords.salted({ password, salt, iterations, hash, length });
  const withoutProof = `c=${Buffer.from(gs2Header).toString('base64')},r=${serverNonce}`;
  const authMessage = `${clientFirst},${serverFirst},${withoutProof}`;
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash(hash).update(clientKey).digest();
  const proof = xor(clientKey, hmac(storedKey, authMessage)).toString('base64');

  const serverFinal = await readMessage(exchange(Buffer.from(`${withoutProof},p=${proof}`)));
  const signature = Buffer.from(attributes(serverFinal).get('v') ?? '', 'base64');
  const expected = hmac(hmac(salted, 'Server Key'), authMessage);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw refused('the broker could not prove that it knows the password');
}

async function readMessage(answer: Promise<Buffer>): Promise<string> {
  const bytes = await answer;
  if (bytes.length > maxMessageBytes) throw refused('the broker’s message is too long');
  return bytes.toString();
}

function readChallenge(message: string, nonce: string) {
  const parts = attributes(message);
  const serverNonce = parts.get('r') ?? '';
  const iterations = Number(parts.get('i'));
  if (!serverNonce.startsWith(nonce) || serverNonce === nonce)
    throw refused('the broker’s nonce is not made from ours');
  const isWithin = iterations >= iterationBounds.least && iterations <= iterationBounds.most;
  if (!Number.isInteger(iterations) || !isWithin)
    throw refused('the broker’s number of iterations is out of bounds');
  const salt = parts.get('s') ?? '';
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(salt)) throw refused('the broker sent no salt');
  return { serverNonce, iterations, salt: Buffer.from(salt, 'base64') };
}

function attributes(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map((part) => [part.slice(0, 1), part.slice(2)]));
}

const escapeName = (name: string): string => name.replaceAll('=', '=3D').replaceAll(',', '=2C');

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}

const refused = (detail: string): SinkError =>
  new SinkError('CredentialsRefused', { detail: `SCRAM: ${detail}` });
