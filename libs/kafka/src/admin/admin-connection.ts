import type { SinkError } from '@event-sinks/errors';
import { bootstrapAddress, isPlainHost, type BrokerAddress } from '../network/broker-address.ts';
import { BrokerConnection, type Dialer } from '../network/broker-connection.ts';
import { dialerOf, type ConnectionOptions } from '../network/connection-options.ts';
import { withDeadline } from '../network/deadline.ts';
import { kafkaSinkError } from '../protocol/error-mapping.ts';
import { BrokerProblem, connectFailure } from './broker-problem.ts';
import { TopicRefused } from './topic-refused.ts';

/** How a cluster is reached for a single question. */
export interface ConnectOptions extends ConnectionOptions {
  /** Milliseconds for everything together. */
  readonly timeoutMs: number;
}

/** How {@link AdminSession.connectTo} connects to a further broker. */
export interface FurtherConnection {
  /** Milliseconds until the connection can be used; by default the limit of a bootstrap server. */
  readonly timeoutMs?: number;
  /** False leaves the login out, whose work a broker would have for nothing. */
  readonly hasLogin?: boolean;
}

/** A cluster that is connected to. */
export interface AdminSession {
  readonly connection: BrokerConnection;
  /** The bootstrap server at the other end. */
  readonly broker: BrokerAddress;
  /** Milliseconds that are left. */
  readonly leftMs: () => number;
  /** Connects to a broker under the address that it advertises. @throws SinkError */
  readonly connectTo: (
    address: Pick<BrokerAddress, 'host' | 'port'>,
    how?: FurtherConnection,
  ) => Promise<BrokerConnection>;
}

/**
 * Connects to the first bootstrap server that can be reached, does the work and lets go again, all within the time.
 * @throws SinkError, a BrokerProblem when no broker could be asked; TopicRefused where the work throws that.
 */
export async function withConnection<T>(
  options: ConnectOptions,
  work: (session: AdminSession) => Promise<T>,
): Promise<T> {
  const opener = new Opener(options);
  const session = async (): Promise<T> => {
    const { connection, broker } = await firstOf(options.bootstrapServers, opener);
    const connectTo: AdminSession['connectTo'] = async (address, how) =>
      opener.open({ ...address, origin: 'advertised' }, how).catch((error: unknown) => {
        throw problemOf(error, { ...address, origin: 'advertised' });
      });
    return work({ connection, broker, connectTo, leftMs: () => opener.leftMs() });
  };
  try {
    return await withDeadline(options.timeoutMs, session(), () => {
      throw timedOut(options.timeoutMs);
    });
  } catch (error) {
    if (error instanceof TopicRefused) throw error;
    throw problemOf(error, { origin: 'bootstrap' });
  } finally {
    opener.end();
  }
}

function timedOut(timeoutMs: number): BrokerProblem {
  const kind = { about: 'connection', failure: 'TimedOut', origin: 'bootstrap' } as const;
  return new BrokerProblem(kind, { detail: `no answer within ${timeoutMs} ms` });
}

/** An error of the network says more than that Kafka is away. */
function problemOf(
  cause: unknown,
  { origin, host = '', port = 0 }: Pick<BrokerAddress, 'origin'> & Partial<BrokerAddress>,
): SinkError {
  const error = kafkaSinkError(cause);
  if (error.code !== 'KafkaUnavailable' || error instanceof BrokerProblem) return error;
  const server = isPlainHost(host) ? { server: `${host}:${port}` } : {};
  const kind = { about: 'connection', failure: connectFailure(cause), origin, ...server } as const;
  return new BrokerProblem(kind, { detail: error.message, cause });
}

/** A bootstrap server that swallows what it is sent must leave time for the next one. */
const mostTried = 3;

/** Opens connections until the time is up or the work is done. */
class Opener {
  readonly #timeoutMs: number;
  readonly #perServerMs: number;
  readonly #dialer: Dialer;
  readonly #begun = performance.now();
  readonly #opened = new Set<BrokerConnection>();
  #isOver = false;

  constructor(options: ConnectOptions) {
    this.#timeoutMs = options.timeoutMs;
    this.#perServerMs = Math.ceil(options.timeoutMs / Math.min(options.bootstrapServers.length, mostTried));
    const limits = { connectTimeoutMs: this.#perServerMs, requestTimeoutMs: options.timeoutMs };
    this.#dialer = dialerOf(options, limits);
  }

  leftMs(): number {
    return this.#timeoutMs - (performance.now() - this.#begun);
  }

  open(
    broker: BrokerAddress,
    { timeoutMs = this.#perServerMs, hasLogin = true }: FurtherConnection = {},
  ): Promise<BrokerConnection> {
    const sasl = hasLogin ? this.#dialer.sasl : undefined;
    const connectTimeoutMs = timeoutMs + (sasl === undefined ? 0 : this.#timeoutMs);
    return BrokerConnection.open({ ...this.#dialer, sasl, connectTimeoutMs }, broker, (connection) => {
      this.#opened.add(connection);
      if (this.#isOver) connection.close();
    });
  }

  end(): void {
    this.#isOver = true;
    for (const connection of this.#opened) connection.close();
  }
}

async function firstOf(
  servers: readonly string[],
  opener: Opener,
): Promise<Pick<AdminSession, 'connection' | 'broker'>> {
  const failures: unknown[] = [];
  for (const broker of servers.map(bootstrapAddress)) {
    try {
      return { broker, connection: await opener.open(broker) };
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'no broker could be reached');
}
