import type { Call } from '../protocol/call.ts';
import type { BrokerAddress } from './broker-address.ts';
import { BrokerConnection, type Dialer } from './broker-connection.ts';
import type { LoginHold } from './login-hold.ts';

/** What a {@link BrokerLink} takes. */
export interface BrokerLinkOptions {
  readonly address: BrokerAddress;
  readonly dialer: Dialer;
  /** Shared by all links of a cluster. */
  readonly logins: LoginHold;
}

/** A way to one broker: a connection that is opened by the first request, and again after it was lost. */
export class BrokerLink {
  readonly #options: BrokerLinkOptions;
  #connection: BrokerConnection | undefined;
  #opening: Promise<BrokerConnection> | undefined;
  /** The one that is being opened, to break it off. */
  #adopted: BrokerConnection | undefined;
  /** Those whose place was taken, until what is in flight there was answered. */
  readonly #retired = new Set<BrokerConnection>();
  #isClosed = false;
  #usedAt = performance.now();

  constructor(options: BrokerLinkOptions) {
    this.#options = options;
  }

  isConnected(): boolean {
    return this.#usable() !== undefined;
  }

  /** Whether a request would have to wait for another one, or for the connection. */
  isBusy(): boolean {
    return this.#opening !== undefined || (this.#connection?.inFlight ?? 0) > 0;
  }

  /**
   * Sends a request and reads its answer.
   * @throws what the connection or the call's `read` throws.
   */
  async request<T>(call: Call<T>): Promise<T> {
    this.#usedAt = performance.now();
    const connection = this.#usable() ?? (await this.#open());
    return connection.request(call);
  }

  /** Gives requests in flight so much longer. */
  extend(ms: number): void {
    this.#connection?.extend(ms);
  }

  /** Closes the connection when nothing was asked for so long, in milliseconds. */
  closeIfIdle(idleMs: number): void {
    if (performance.now() - this.#usedAt >= idleMs && this.#connection?.inFlight === 0)
      this.#connection.close();
    this.#closeRetired();
  }

  /** Closes the connection for good. */
  close(): void {
    this.#isClosed = true;
    this.#adopted?.close(closedError());
    this.#connection?.close(closedError());
    for (const connection of this.#retired) connection.close(closedError());
  }

  #usable(): BrokerConnection | undefined {
    const connection = this.#connection;
    return connection?.isOpen() === true && !connection.isExpiring() ? connection : undefined;
  }

  #open(): Promise<BrokerConnection> {
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
      this.#adopted = undefined;
    });
    return this.#opening;
  }

  #retire(): void {
    if (this.#connection !== undefined) this.#retired.add(this.#connection);
    this.#closeRetired();
  }

  #closeRetired(): void {
    for (const connection of this.#retired) {
      if (connection.inFlight === 0) connection.close();
      if (!connection.isOpen()) this.#retired.delete(connection);
    }
  }

  async #connect(): Promise<BrokerConnection> {
    if (this.#isClosed) throw closedError();
    const { address, dialer, logins } = this.#options;
    logins.enter();
    try {
      const connection = await BrokerConnection.open(dialer, address, (opening) => {
        // Meanwhile the name was looked up.
        if (this.#isClosed) opening.close(closedError());
        this.#adopted = opening;
      });
      logins.succeeded();
      this.#retire();
      this.#connection = connection;
      return connection;
    } catch (error) {
      logins.failed(error);
      throw error;
    }
  }
}

function closedError(): Error {
  return new Error('the client is closed');
}
