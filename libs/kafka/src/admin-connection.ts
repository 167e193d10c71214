import { SinkError } from '@event-sinks/errors';
import type { Connection } from '@platformatic/kafka';
import { clientConnection } from './client-connection.ts';
import { withTokens, type ConnectionOptions } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { kafkaSinkError } from './error-mapping.ts';
import { clientOptions } from './platformatic/client-options.ts';
import { TopicRefused } from './topic-refused.ts';

/** How a cluster is reached for a single question. */
export interface ConnectOptions extends ConnectionOptions {
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
}

interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * Connects to the first bootstrap server that can be reached, does the work and lets go again, all within the time.
 * `connectTo` opens a connection to another broker.
 * @throws SinkError, or TopicRefused where the work throws that.
 */
export async function withConnection<T>(
  options: ConnectOptions,
  work: (connection: Connection, connectTo: (address: Address) => Promise<Connection>) => Promise<T>,
): Promise<T> {
  const opened = new Set<Connection>();
  const client = clientOptionsOf(options);
  let isOver = false;
  const connectTo = async ({ host, port }: Address): Promise<Connection> => {
    const connection = clientConnection(options.clientId, client);
    opened.add(connection);
    await connection.connect(host, port);
    if (isOver) connection.socket.destroy();
    return connection;
  };
  const session = async (): Promise<T> => work(await firstOf(options.bootstrapServers, connectTo), connectTo);
  try {
    return await withDeadline(options.timeoutMs, session(), () => {
      throw new SinkError('KafkaUnavailable', { detail: `no answer within ${options.timeoutMs} ms` });
    });
  } catch (error) {
    throw error instanceof TopicRefused ? error : kafkaSinkError(error);
  } finally {
    isOver = true;
    for (const connection of opened) (connection.socket as { destroy(): void } | undefined)?.destroy();
  }
}

/** A bootstrap server that swallows what it is sent must leave time for the next one. */
const mostTried = 3;

function clientOptionsOf(options: ConnectOptions) {
  const { timeoutMs, bootstrapServers } = options;
  const perServerMs = Math.ceil(timeoutMs / Math.min(bootstrapServers.length, mostTried));
  const limits = { connectTimeoutMs: perServerMs, requestTimeoutMs: timeoutMs };
  return clientOptions(withTokens(options, limits), limits);
}

async function firstOf(
  servers: readonly string[],
  connectTo: (address: Address) => Promise<Connection>,
): Promise<Connection> {
  const failures: unknown[] = [];
  for (const server of servers) {
    try {
      return await connectTo(addressOf(server));
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'no broker could be reached');
}

function addressOf(server: string): Address {
  const colon = server.lastIndexOf(':');
  const host = server.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(server.slice(colon + 1)) };
}
