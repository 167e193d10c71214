import { SinkError } from '@event-sinks/errors';
import type { KafkaOAuth, KafkaPassword } from '../credentials/security.ts';
import type { Call } from '../protocol/call.ts';
import { saslAuthenticateCall, saslHandshakeCall } from '../protocol/login.ts';
import type { TokenSource } from './oauth-token.ts';
import type { SaltedPasswords } from './salted-passwords.ts';
import { scram, type SaslExchange } from './scram.ts';

/** A name and a password, or where tokens come from. */
export type SaslCredentials =
  | (KafkaPassword & { readonly saltedPasswords: SaltedPasswords })
  | { readonly mechanism: 'OAUTHBEARER'; readonly tokens: TokenSource };

/** @throws Error for a client without a source of tokens that needs one. */
export function saslCredentials(
  sasl: KafkaPassword | KafkaOAuth,
  { tokens, saltedPasswords }: { tokens: TokenSource | undefined; saltedPasswords: SaltedPasswords },
): SaslCredentials {
  if (sasl.mechanism !== 'OAUTHBEARER') return { ...sasl, saltedPasswords };
  if (tokens === undefined) throw new Error('OAUTHBEARER without a source of tokens');
  return { mechanism: sasl.mechanism, tokens };
}

/**
 * Proves on a new connection who the client is.
 * @returns milliseconds after which the broker ends the connection (KIP-368); 0 for never.
 * @throws SinkError, and what `request` throws.
 */
export async function login(
  credentials: SaslCredentials,
  request: <T>(call: Call<T>) => Promise<T>,
): Promise<number> {
  await request(saslHandshakeCall(credentials.mechanism));
  let lifetimeMs = 0;
  await authenticate(credentials, async (message) => {
    const answer = await request(saslAuthenticateCall(message));
    ({ lifetimeMs } = answer);
    return answer.message;
  });
  return lifetimeMs;
}

async function authenticate(credentials: SaslCredentials, send: SaslExchange): Promise<void> {
  const { mechanism } = credentials;
  switch (mechanism) {
    case 'PLAIN':
      await send(Buffer.from(`\0${credentials.username}\0${credentials.password}`));
      return;
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      await scram({ ...credentials, mechanism }, send);
      return;
    case 'OAUTHBEARER':
      await bearer(credentials.tokens, send);
      return;
  }
}

async function bearer(tokens: TokenSource, send: SaslExchange): Promise<void> {
  const token = await tokens.token();
  try {
    const answer = await send(Buffer.from(`n,,\x01auth=Bearer ${token}\x01\x01`));
    // RFC 7628, section 3.2.2: a refusal comes as a JSON text, an acceptance is empty.
    if (answer.length === 0) return;
    await send(Buffer.from('\x01'));
    throw new SinkError('CredentialsRefused', { detail: 'the broker does not accept the token' });
  } catch (error) {
    tokens.forget(token);
    throw error;
  }
}
