import type { LookupAddress } from 'node:dns';
import { connect, isIP, type LookupFunction } from 'node:net';
import type { Connection, ConnectionOptions as ClientOptions } from '@platformatic/kafka';
import { clientConnection } from '../client-connection.ts';
import { withDeadline } from '../deadline.ts';
import type { AddressGuard } from './address-guard.ts';
import { allowedAddresses, type BrokerAddress } from './broker-address.ts';
import { checkFirstFrame } from './frame-check.ts';

/** How connections of @platformatic/kafka are opened. */
export interface Dialer {
  readonly clientId: string;
  readonly client: ClientOptions;
  readonly guard: AddressGuard;
}

/**
 * Connects to a broker at an address that the guard has allowed, while TLS asks for, and checks, the name of the host.
 * `adopt` gets the connection before it is opened, so that it can be broken off.
 * @throws what the guard and the connection throw.
 */
export async function openConnection(
  { clientId, client, guard }: Dialer,
  broker: BrokerAddress,
  adopt: (connection: Connection) => void,
): Promise<Connection> {
  const { host, port } = broker;
  const begun = performance.now();
  const limitMs = client.connectTimeout ?? defaultConnectMs;
  const address = await withDeadline(limitMs, reachableAddress(guard, broker), () => {
    throw timedOut(`no address of ${host} within ${limitMs} ms`);
  });
  const connectTimeout = Math.max(1, limitMs - (performance.now() - begun));
  // RFC 6066: a server name is no address.
  const name = client.tls === undefined || isIP(host) !== 0 ? {} : { tlsServerName: host };
  const connection = clientConnection(clientId, { ...client, connectTimeout, ...name });
  adopt(connection);
  const connected = connection.connect(address, port);
  checkFirstFrame(connection.socket);
  await connected;
  return connection;
}

const defaultConnectMs = 5_000;

async function reachableAddress(guard: AddressGuard, broker: BrokerAddress): Promise<string> {
  const addresses = await allowedAddresses(guard, broker);
  const [only] = addresses;
  return addresses.length === 1 && only !== undefined
    ? only.address
    : await firstReachable(addresses, broker.port);
}

/**
 * The client connects to one address, and a host may have several of which some are dead. Node tries them in turn
 * (https://nodejs.org/api/net.html#socketconnectoptions-connectlistener, `autoSelectFamily`).
 */
async function firstReachable(addresses: readonly LookupAddress[], port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: 'resolved', port, lookup: alreadyResolved(addresses) });
    socket.once('error', reject);
    socket.once('connect', () => {
      const { remoteAddress } = socket;
      socket.destroy();
      if (remoteAddress === undefined) reject(new Error('the connection was lost at once'));
      else resolve(remoteAddress);
    });
  });
}

/** What Node takes for a look-up of a name, when its addresses are known. */
export function alreadyResolved(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, { all }, callback) => {
    const [first] = addresses;
    if (all === true) callback(null, [...addresses]);
    else if (first !== undefined) callback(null, first.address, first.family);
    else callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '');
  };
}

function timedOut(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
