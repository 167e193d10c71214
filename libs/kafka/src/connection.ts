import type { Logger } from '@event-sinks/runtime';
import { Kafka, logLevel, type KafkaConfig, type LogEntry } from 'kafkajs';
import type { AddressGuard } from './network/address-guard.ts';
import { createTokenSource, type TokenSource } from './oauth-token.ts';
import { saslCredentials, saslMechanism } from './sasl.ts';
import type { KafkaSecurity } from './security.ts';
import { givenUp, type SocketGate } from './socket-gate.ts';
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
}

/** How long one connection attempt and one request may take, in milliseconds. */
export interface RequestLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
}

/** The same connection with a source of tokens that all its clients share, when it needs tokens. */
export function withTokens(connection: ConnectionOptions, limits: RequestLimits): ConnectionOptions {
  const { tokens, security, addressGuard } = connection;
  if (tokens !== undefined || security?.sasl?.mechanism !== 'OAUTHBEARER') return connection;
  const options = { addressGuard, ca: security.tls?.ca, timeoutMs: limits.requestTimeoutMs };
  return { ...connection, tokens: createTokenSource(security.sasl, options) };
}

/** A kafkajs client whose sockets go through the gate and whose lines go to our log. */
export function kafkaClient(
  connection: ConnectionOptions,
  limits: RequestLimits,
  { gate, logger }: { gate: SocketGate; logger: Logger },
): Kafka {
  return new Kafka({
    brokers: [...connection.bootstrapServers],
    clientId: connection.clientId,
    connectionTimeout: limits.connectTimeoutMs,
    authenticationTimeout: limits.requestTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    // Retries nest in kafkajs: those of connecting and of metadata run anew inside each retry of a send.
    retry: { retries: 1, initialRetryTime: 100, maxRetryTime: 200 },
    socketFactory: gate.open,
    ...renewal,
    ...securityOf(withTokens(connection, limits)),
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      logLine(logger, entry);
    },
  });
}

/**
 * How long before its end a login is renewed, in milliseconds; missing in kafkajs's types. By its own 10 s a token that
 * lives for less than 50 s is renewed by itself before each request, which brokers refuse within a second of the last time.
 */
const renewal = { reauthenticationThreshold: 1_000 };

function securityOf({ security, tokens }: ConnectionOptions): Pick<KafkaConfig, 'ssl' | 'sasl'> {
  const ssl = tlsOptions(security);
  const sasl = security?.sasl;
  return {
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: saslMechanism(saslCredentials(sasl, tokens)) }),
  };
}

/** Lines about what we do on purpose: bounded retries, which end a session, and sockets that we broke. */
const expected = ['Limiting retries for the idempotent producer', `Connection error: ${givenUp}`];
const ownOrLong = new Set(['message', 'timestamp', 'logger', 'stack']);

function logLine(logger: Logger, { namespace, level, log }: LogEntry): void {
  const fields = Object.fromEntries(Object.entries(log).filter(([name]) => !ownOrLong.has(name)));
  // kafkajs hands over the error itself where a broker refuses the credentials.
  const message: unknown = log.message;
  const detail = message instanceof Error ? message.message : String(message);
  const line = { ...fields, part: namespace, detail };
  // kafkajs writes an error for each failed attempt, also when the next one succeeds.
  const isSerious = level <= logLevel.WARN && !expected.some((start) => detail.startsWith(start));
  if (isSerious) logger.warn('kafka client', line);
  else logger.debug('kafka client', line);
}
