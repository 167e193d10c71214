import type { KafkaSecurity } from '../credentials/security.ts';
import type { AddressGuard } from '../addresses/address-guard.ts';
import type { Dialer } from './broker-connection.ts';
import { createTokenSource, type TokenSource } from './oauth-token.ts';
import { SaltedPasswords } from './salted-passwords.ts';
import { saslCredentials } from './sasl.ts';
import { tlsOptions } from './tls-options.ts';

/** How a cluster is reached. */
export interface ConnectionOptions {
  /** `host:port` of at least one broker. */
  readonly bootstrapServers: readonly string[];
  /** Decides which addresses are connected to: those of brokers, and those of token endpoints. */
  readonly addressGuard: AddressGuard;
  /** The name under which the brokers' logs and quotas know this client. */
  readonly clientId: string;
  /** `PLAINTEXT` when absent. */
  readonly security?: KafkaSecurity;
  /** Where the tokens of `OAUTHBEARER` come from, to share them among clients; by default each has a source of its own. */
  readonly tokens?: TokenSource;
  /** Does the work of SCRAM for all clients of a process; by default each does its own. */
  readonly saltedPasswords?: SaltedPasswords;
}

/** How long one connection attempt and one request may take, in milliseconds. */
export interface RequestLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** Bytes of one answer, at most: enough for a topic of some 100,000 partitions, and nothing else here comes near it. */
const maxAnswerBytes = 4 * 1_048_576;

/** How the connections of one client are opened, with tokens and logins that all of them share. */
export function dialerOf(options: ConnectionOptions, limits: RequestLimits): Dialer {
  const { clientId, addressGuard: guard, security } = options;
  const saltedPasswords = options.saltedPasswords ?? new SaltedPasswords();
  const tokens = options.tokens ?? ownTokens(options, limits);
  const sasl = security?.sasl && saslCredentials(security.sasl, { tokens, saltedPasswords });
  return {
    ...{ clientId, guard, sasl, maxAnswerBytes, tls: tlsOptions(security) },
    // One limit until the connection can be used, so the time to log in is in it.
    connectTimeoutMs: limits.connectTimeoutMs + (sasl === undefined ? 0 : limits.requestTimeoutMs),
    requestTimeoutMs: limits.requestTimeoutMs,
  };
}

function ownTokens(
  { security, addressGuard }: ConnectionOptions,
  { requestTimeoutMs: timeoutMs }: RequestLimits,
): TokenSource | undefined {
  if (security?.sasl?.mechanism !== 'OAUTHBEARER') return undefined;
  return createTokenSource(security.sasl, { addressGuard, ca: security.tls?.ca, timeoutMs });
}
