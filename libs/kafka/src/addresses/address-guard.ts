import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, isIPv6 } from 'node:net';
import { addressClass, addressForms, type AddressClass } from './address-class.ts';
import { DeniedHosts, type ResolveHost } from './denied-hosts.ts';
import { addressBytes, addressRange, isWithin, type AddressBytes } from './ip-address.ts';

/**
 * Decides which addresses are connected to. Whoever writes a KafkaSink, a Secret or the metadata of a broker names hosts
 * that the controller and the producers then connect to, with the network access of their pods.
 */
export interface AddressGuard {
  /**
   * Every address of a host, each of them allowed. Connect to one of these and do not resolve the name again: it may lead
   * elsewhere the next time (DNS rebinding).
   * @throws AddressNotAllowed when one of them is not allowed, Error when the host is not known.
   */
  resolve(host: string): Promise<readonly LookupAddress[]>;
}

/** What {@link createAddressGuard} takes. */
export interface AddressGuardOptions {
  /** False allows every address. */
  readonly isEnabled?: boolean;
  /** Ranges (`10.0.0.0/8`), addresses and host names that are allowed in any case. */
  readonly allowed?: readonly string[];
  /** Names and addresses of the API server and of our own Services. */
  readonly denied?: readonly string[];
  /** For tests; the system's resolver by default. */
  readonly resolve?: ResolveHost;
  readonly now?: () => number;
}

/** A host leads to an address that may not be connected to. */
export class AddressNotAllowed extends Error {
  /** `denied`: it is the API server or a Service of ours. */
  readonly kind: AddressClass | 'denied';

  constructor(host: string, address: string, kind: AddressClass | 'denied') {
    super(`${host} leads to the ${kind} address ${address}`);
    this.name = 'AddressNotAllowed';
    this.kind = kind;
  }
}

/**
 * The guard of one process. By default it refuses loopback, link-local, unspecified, multicast and reserved addresses, the
 * metadata services of clouds, and what is `denied`, in every form in which IPv6 may carry them. Private ranges are
 * allowed.
 */
export function createAddressGuard(options: AddressGuardOptions = {}): AddressGuard {
  const {
    isEnabled = true,
    allowed = [],
    resolve = resolveBySystem,
    now = () => performance.now(),
  } = options;
  const ranges = allowed.map(addressRange).filter((range) => range !== undefined);
  const names = new Set(allowed.filter((each) => addressRange(each) === undefined).map(plainName));
  const denied = new DeniedHosts({ hosts: options.denied ?? [], resolve, now });
  const isAllowed = (form: AddressBytes): boolean => ranges.some((range) => isWithin(form, range));

  const refusal = async (address: string): Promise<AddressNotAllowed['kind'] | undefined> => {
    const bytes = addressBytes(address);
    if (bytes === undefined) return 'reserved';
    if (isAllowed(bytes)) return undefined;
    for (const form of addressForms(bytes).filter((each) => !isAllowed(each))) {
      const kind = addressClass(form);
      if (kind !== undefined) return kind;
      if (await denied.include(form)) return 'denied';
    }
    return undefined;
  };
  return {
    async resolve(host) {
      const found = isIP(host) === 0 ? await resolve(host) : [literal(host)];
      if (found.length === 0) throw Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
      if (!isEnabled || names.has(plainName(host))) return found;
      for (const { address } of found) {
        const kind = await refusal(address);
        if (kind !== undefined) throw new AddressNotAllowed(host, address, kind);
      }
      return found;
    },
  };
}

/** Names are the same in capitals, and with the dot of the root behind them. */
function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function literal(address: string): LookupAddress {
  return { address, family: isIPv6(address) ? 6 : 4 };
}

function resolveBySystem(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true });
}
