import type { LookupAddress } from 'node:dns';
import { connect, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type ConnectionOptions as TlsOptions } from 'node:tls';
import type { Call } from '../protocol/call.ts';
import { WireReader } from '../protocol/wire-reader.ts';
import { WireWriter } from '../protocol/wire-writer.ts';
import type { AddressGuard } from '../addresses/address-guard.ts';
import { alreadyResolved } from './already-resolved.ts';
import { allowedAddresses, type BrokerAddress } from './broker-address.ts';
import { withDeadline } from './deadline.ts';
import { FrameReader, NotKafka } from './frame-reader.ts';
import { RequestsInFlight } from './requests-in-flight.ts';
import { login, type SaslCredentials } from './sasl.ts';

/** How connections are opened. */
export interface Dialer {
  readonly clientId: string;
  readonly guard: AddressGuard;
  /** Absent without TLS. */
  readonly tls?: TlsOptions | undefined;
  /** Absent without a login. */
  readonly sasl?: SaslCredentials | undefined;
  /** Milliseconds until a connection can be used, the login included. */
  readonly connectTimeoutMs: number;
  /** Milliseconds for the answer to a request; without it the connection is broken. */
  readonly requestTimeoutMs: number;
  /** Bytes of one answer, at most. */
  readonly maxAnswerBytes: number;
}

/** Of a login's time, what it is used for: afterwards a new connection takes its place. */
const usedShare = 0.8;

const keepAliveMs = 60_000;

/**
 * One connection to one broker. Whatever comes from the other side ends at most this connection, with the reason for every
 * request that waits: nothing is thrown into the socket's handlers, and no length is believed before it was checked.
 */
export class BrokerConnection {
  readonly #socket: Socket;
  readonly #dialer: Dialer;
  readonly #frames: FrameReader;
  readonly #inFlight: RequestsInFlight;
  #correlationId = 0;
  #end: Error | undefined;
  #retireAt = Infinity;

  private constructor(socket: Socket, dialer: Dialer) {
    this.#socket = socket;
    this.#dialer = dialer;
    this.#frames = new FrameReader({
      maxFrameBytes: dialer.maxAnswerBytes,
      hasTls: dialer.tls !== undefined,
    });
    this.#inFlight = new RequestsInFlight(dialer.requestTimeoutMs, (error) => {
      this.close(error);
    });
    socket.on('data', (chunk) => {
      this.#receive(chunk);
    });
    socket.on('error', (error) => {
      this.close(error);
    });
    socket.on('close', () => {
      this.close();
    });
  }

  /**
   * Connects to a broker at an address that the guard has allowed, while TLS asks for, and checks, the name of the host.
   * `adopt` gets the connection before it is opened, so that it can be broken off.
   * @throws what the guard, the socket and the login throw; a TimedOut Error.
   */
  static async open(
    dialer: Dialer,
    broker: BrokerAddress,
    adopt: (connection: BrokerConnection) => void = () => undefined,
  ): Promise<BrokerConnection> {
    const { connectTimeoutMs: limitMs } = dialer;
    let opening: BrokerConnection | undefined;
    const open = async (): Promise<BrokerConnection> => {
      const addresses = await allowedAddresses(dialer.guard, broker);
      if (isLate) throw error;
      opening = new BrokerConnection(openSocket(dialer, broker, addresses), dialer);
      adopt(opening);
      await opening.#connected();
      await opening.#login();
      return opening;
    };
    const error = timedOut(`no connection to ${broker.host}:${broker.port} within ${limitMs} ms`);
    let isLate = false;
    const opened = open().then((connection) => {
      if (isLate) connection.close(error);
      return connection;
    });
    return withDeadline(limitMs, opened, () => {
      isLate = true;
      opening?.close(error);
      // What it still comes to is nobody's.
      opened.catch(() => undefined);
      throw error;
    }).catch((cause: unknown) => {
      opening?.close(cause instanceof Error ? cause : undefined);
      throw cause;
    });
  }

  /** Whether requests can be sent, also when it is to take no more of them. */
  isOpen(): boolean {
    return this.#end === undefined;
  }

  /** Whether its login is about to end, so that another connection is to take its place. */
  isExpiring(): boolean {
    return performance.now() > this.#retireAt;
  }

  /** Requests that were not answered yet. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Sends a request and reads its answer. When none comes within the time limit, the connection is broken: what was asked
   * before must not be done long after it was given up.
   * @throws what ended the connection, and what the call's `read` throws.
   */
  request<T>(call: Call<T>): Promise<T> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    this.#correlationId = (this.#correlationId + 1) & 0x7fff_ffff;
    const id = this.#correlationId;
    return new Promise<T>((resolve, reject) => {
      this.#write(call, id);
      this.#inFlight.add({
        id,
        answer: (frame) => {
          // A promise's own resolve takes no value that throws, so a reader that does rejects.
          try {
            const reader = new WireReader(frame);
            reader.skip(4);
            if (call.isFlexible === true) reader.tags();
            resolve(call.read(reader));
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
        fail: reject,
      });
    });
  }

  /** Gives requests in flight so much longer: the broker has said that it keeps them waiting (KIP-219). */
  extend(ms: number): void {
    this.#inFlight.extend(ms);
  }

  /** Breaks the connection; requests in flight fail with the reason. */
  close(reason: Error = new ConnectionClosed()): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.#socket.destroy();
    this.#inFlight.failAll(reason);
  }

  #write<T>({ apiKey, version, isFlexible, write }: Call<T>, id: number): void {
    const writer = new WireWriter();
    writer.int16(apiKey).int16(version).int32(id).string(this.#dialer.clientId);
    if (isFlexible === true) writer.noTags();
    write(writer);
    this.#socket.cork();
    for (const part of writer.frame()) this.#socket.write(part);
    this.#socket.uncork();
  }

  #receive(chunk: Buffer): void {
    if (this.#end !== undefined) return;
    try {
      for (const frame of this.#frames.push(chunk)) {
        if (!this.#inFlight.answer(frame.readInt32BE(), frame))
          throw new NotKafka('the server answers what was not asked');
        if (!this.isOpen()) return;
      }
    } catch (error) {
      this.close(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #connected(): Promise<void> {
    const event = this.#dialer.tls === undefined ? 'connect' : 'secureConnect';
    await new Promise<void>((resolve, reject) => {
      this.#socket.once(event, resolve);
      this.#socket.once('error', reject);
      this.#socket.once('close', () => {
        reject(this.#end ?? new ConnectionClosed());
      });
    });
  }

  async #login(): Promise<void> {
    const { sasl } = this.#dialer;
    if (sasl === undefined) return;
    const lifetimeMs = await login(sasl, (call) => this.request(call));
    if (lifetimeMs > 0) this.#retireAt = performance.now() + lifetimeMs * usedShare;
  }
}

/** A connection ended without a reason of its own. */
export class ConnectionClosed extends Error {
  constructor() {
    super('Connection closed');
    this.name = 'ConnectionClosed';
  }
}

function openSocket(
  { tls }: Dialer,
  { host, port }: BrokerAddress,
  addresses: readonly LookupAddress[],
): Socket {
  // Node asks no look-up about an address, so that the name stands in for every host; it tries all addresses in turn.
  const target = { host: 'resolved', port, lookup: alreadyResolved(addresses) };
  const socket = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
  if (tls === undefined) return connect({ ...target, ...socket });
  return connectTls({ ...tls, ...target, ...socket, ...identityOf(host) });
}

/** Whom TLS asks for, and whose certificate it accepts. RFC 6066: a server name is no address. */
function identityOf(host: string): TlsOptions {
  if (isIP(host) === 0) return { servername: host };
  return {
    servername: '',
    checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
  };
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
