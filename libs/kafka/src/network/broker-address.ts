import type { LookupAddress } from 'node:dns';
import { SinkError } from '@event-sinks/errors';
import { AddressNotAllowed, type AddressGuard } from '../addresses/address-guard.ts';

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
  /** `bootstrap`: named in the KafkaSink. `advertised`: named by a broker. */
  readonly origin: 'bootstrap' | 'advertised';
}

/** The address that a bootstrap server (`host:port`, `[::1]:port`) names. */
export function bootstrapAddress(server: string): BrokerAddress {
  const colon = server.lastIndexOf(':');
  const host = server.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host, port: Number(server.slice(colon + 1)), origin: 'bootstrap' };
}

/** Whether a name that a broker gave has only letters that host names and addresses have. */
export function isPlainHost(host: string): boolean {
  return /^[\w.:%-]{1,253}$/.test(host);
}

/** Where an address that a client connects to comes from. */
export function originOf(
  bootstrapServers: readonly string[],
  { host, port }: Pick<BrokerAddress, 'host' | 'port'>,
): BrokerAddress['origin'] {
  const isNamed = bootstrapServers
    .map(bootstrapAddress)
    .some((each) => each.host === host && each.port === port);
  return isNamed ? 'bootstrap' : 'advertised';
}

/** The broker's addresses that may be connected to. @throws SinkError when one may not, Error for an unknown host. */
export async function allowedAddresses(
  guard: AddressGuard,
  { host, port, origin }: BrokerAddress,
): Promise<readonly LookupAddress[]> {
  // A broker can advertise any number.
  if (port < 1 || port > 65_535) throw new Error(`${port} is no port`);
  if (!isPlainHost(host)) throw new Error('a host name has other characters than such names have');
  try {
    return await guard.resolve(host);
  } catch (cause) {
    if (!(cause instanceof AddressNotAllowed)) throw cause;
    const code = origin === 'bootstrap' ? 'BootstrapAddressNotAllowed' : 'AdvertisedAddressNotAllowed';
    throw new SinkError(code, { detail: cause.message, cause });
  }
}
