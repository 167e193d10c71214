import { networkInterfaces } from 'node:os';
import { envBool, envList, envOptionalString } from '@event-sinks/runtime';
import { createAddressGuard, type AddressGuard } from './address-guard.ts';
import { addressRange } from './ip-address.ts';

const hostName = /^(?=.{1,254}$)[a-z0-9_]([a-z0-9_-]{0,62})?(\.[a-z0-9_]([a-z0-9_-]{0,62})?)*\.?$/i;
/** Digits and dots only: a mistyped address rather than a name. */
const looksNumeric = /^[\d.]+$/;

const isHostOrRange = (text: string): boolean =>
  addressRange(text) !== undefined || (hostName.test(text) && !looksNumeric.test(text));

/** The variables of the address guard, the same in every app that connects to Kafka. */
export function addressGuardVariables() {
  const items =
    'ranges of addresses, addresses or host names with commas between them, such as 127.0.0.0/8,kafka.example.org';
  return {
    /** Whether addresses are refused that no broker and no token endpoint of a cluster has. */
    KAFKA_ADDRESS_GUARD: envBool({ default: true }),
    /** What is connected to in any case. */
    KAFKA_ALLOWED_ADDRESSES: envList({ max: 100, isItem: isHostOrRange, items }),
    /** Names of Services that are refused: the API server's and those of this release. */
    KAFKA_DENIED_SERVICES: envList({ max: 20, isItem: isHostOrRange, items }),
    /** Of the API server; the kubelet sets it in every pod. */
    KUBERNETES_SERVICE_HOST: envOptionalString(),
  };
}

/** What {@link addressGuardVariables} became. */
export interface AddressGuardConfig {
  readonly KAFKA_ADDRESS_GUARD: boolean;
  readonly KAFKA_ALLOWED_ADDRESSES: readonly string[];
  readonly KAFKA_DENIED_SERVICES: readonly string[];
  readonly KUBERNETES_SERVICE_HOST: string | undefined;
}

/** The guard of a process with this configuration. It refuses the process's own addresses as well. */
export function addressGuardOf(config: AddressGuardConfig): AddressGuard {
  const { KUBERNETES_SERVICE_HOST: apiServer } = config;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return createAddressGuard({
    isEnabled: config.KAFKA_ADDRESS_GUARD,
    allowed: config.KAFKA_ALLOWED_ADDRESSES,
    denied: [
      ...config.KAFKA_DENIED_SERVICES,
      ...(apiServer === undefined ? [] : [apiServer]),
      ...own.map(({ address }) => address),
    ],
  });
}
