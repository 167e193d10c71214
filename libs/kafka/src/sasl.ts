import { SinkError } from '@event-sinks/errors';
import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs';
import type { TokenSource } from './oauth-token.ts';
import { scram, type SaslExchange } from './scram.ts';
import type { KafkaOAuth, KafkaPassword } from './security.ts';

/** A name and a password, or where tokens come from. */
export type SaslCredentials =
  KafkaPassword | { readonly mechanism: 'OAUTHBEARER'; readonly tokens: TokenSource };

/** @throws Error for a client without a source of tokens that needs one. */
export function saslCredentials(
  sasl: KafkaPassword | KafkaOAuth,
  tokens: TokenSource | undefined,
): SaslCredentials {
  if (sasl.mechanism !== 'OAUTHBEARER') return sasl;
  if (tokens === undefined) throw new Error('OAUTHBEARER without a source of tokens');
  return { mechanism: sasl.mechanism, tokens };
}

/**
 * SASL for kafkajs, by our own mechanisms: those of kafkajs 2.2.4 name every failure a refusal of the credentials,
 * a broker that did not answer too, and take a token that the broker refuses for accepted.
 */
export function saslMechanism(credentials: SaslCredentials): Mechanism {
  return {
    mechanism: credentials.mechanism,
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: () => authenticate(credentials, (message) => exchange(saslAuthenticate, message)),
    }),
  };
}

/** Proves who the client is, message by message. @throws SinkError, and what `send` throws. */
export async function authenticate(credentials: SaslCredentials, send: SaslExchange): Promise<void> {
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

/** kafkajs takes and gives messages behind their length, as SASL was framed before SaslAuthenticate. */
async function exchange(
  saslAuthenticate: AuthenticationProviderArgs['saslAuthenticate'],
  message: Buffer,
): Promise<Buffer> {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  const answer = await saslAuthenticate({
    request: { encode: () => Buffer.concat([length, message]) },
    response: { decode: (raw) => raw.subarray(4), parse: (bytes) => bytes },
  });
  return answer ?? Buffer.alloc(0);
}
