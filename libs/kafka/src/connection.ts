import type { Logger } from '@event-sinks/runtime';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import type { KafkaSecurity } from './security.ts';
import { givenUp, type SocketGate } from './socket-gate.ts';

/** How a cluster is reached. */
export interface ConnectionOptions {
  /** `host:port` of at least one broker. */
  readonly bootstrapServers: readonly string[];
  /** The name under which the brokers' logs and quotas know this client. */
  readonly clientId: string;
  /** `PLAINTEXT` when absent. */
  readonly security?: KafkaSecurity;
}

/** How long one connection attempt and one request may take, in milliseconds. */
export interface RequestLimits {
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
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
    logLevel: logLevel.INFO,
    logCreator: () => (entry) => {
      logLine(logger, entry);
    },
  });
}

/** Lines about what we do on purpose: bounded retries, which end a session, and sockets that we broke. */
const expected = ['Limiting retries for the idempotent producer', `Connection error: ${givenUp}`];
const ownOrLong = new Set(['message', 'timestamp', 'logger', 'stack']);

function logLine(logger: Logger, { namespace, level, log }: LogEntry): void {
  const fields = Object.fromEntries(Object.entries(log).filter(([name]) => !ownOrLong.has(name)));
  const line = { ...fields, part: namespace, detail: log.message };
  // kafkajs writes an error for each failed attempt, also when the next one succeeds.
  const isSerious = level <= logLevel.WARN && !expected.some((start) => log.message.startsWith(start));
  if (isSerious) logger.warn('kafka client', line);
  else logger.debug('kafka client', line);
}
