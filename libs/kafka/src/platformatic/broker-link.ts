import type { Connection } from '@platformatic/kafka';
import type { BrokerAddress } from '../network/broker-address.ts';
import { openConnection, type Dialer } from '../network/open-connection.ts';
import type { Call } from './calls.ts';
import type { LoginHold } from './login-hold.ts';

/** What a {@link BrokerLink} takes. */
export interface BrokerLinkOptions {
  readonly address: BrokerAddress;
  readonly dialer: Dialer;
  /** Shared by all links of a cluster. */
  readonly logins: LoginHold;
}

/** One connection to one broker, opened by the first request and again after it was lost. */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  #connection: Connection | undefined;
  #opening: Promise<Connection> | undefined;
  #isClosed = false;
  #isUsed = false;

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  isConnected(): boolean {
    return this.#connection?.isConnected() === true;
  }

  /**
   * Sends a request and reads its answer. When none comes within the time limit of requests, the connection is
   * broken: what was asked before must not be done long after it was given up.
   * @throws what the connection or the call's `parse` throws.
   */
  async request<T>({ apiKey, version, encode, parse }: Call<T>): Promise<T> {
    this.#isUsed = true;
    const connection = await this.#open();
    // A request that was under way is told no more than that the connection was closed.
    let broken: Error | undefined;
    const onBroken = (error: Error): void => {
      broken = error;
    };
    connection.once('error', onBroken);
    return new Promise((resolve, reject) => {
      const read = (_id: number, _key: number, _version: number, reader: Parameters<typeof parse>[0]): T =>
        parse(reader);
      connection.send<T>(apiKey, version, encode, read, false, false, (error, answer) => {
        connection.off('error', onBroken);
        if (error === null) resolve(answer as T);
        else reject(broken ?? error);
      });
    });
  }

  /** Closes the connection when nothing was asked since this was last called. */
  closeIfIdle(): void {
    if (!this.#isUsed) this.#drop();
    this.#isUsed = false;
  }

  /** Closes the connection for good. */
  close(): void {
    this.#isClosed = true;
    this.#drop();
  }

  #drop(): void {
    // Before it connects it has no socket.
    (this.#connection as Partial<Connection> | undefined)?.socket?.destroy();
    this.#connection = undefined;
  }

  async #open(): Promise<Connection> {
    if (this.#connection?.isConnected() === true) return this.#connection;
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(): Promise<Connection> {
    if (this.#isClosed) throw closedError();
    const { address, dialer, logins } = this.#options;
    logins.enter();
    this.#drop();
    try {
      const connection = await openConnection(dialer, address, (opening) => {
        // Meanwhile the name was looked up.
        if (this.#isClosed) throw closedError();
        this.#connection = opening;
      });
      logins.succeeded();
      return connection;
    } catch (error) {
      logins.failed(error);
      this.#drop();
      throw error;
    }
  }
}

function closedError(): Error {
  return new Error('the client is closed');
}
