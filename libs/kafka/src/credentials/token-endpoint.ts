import { addressClass, addressForms, type AddressClass } from '../addresses/address-class.ts';
import { addressBytes } from '../addresses/ip-address.ts';

/** Where clouds keep the credentials of the machine: nobody's token endpoint, and answered without being asked who one is. */
const forbidden: readonly (AddressClass | undefined)[] = [
  'link-local',
  'metadata',
  'unspecified',
  'multicast',
  'reserved',
];

/**
 * What is wrong with a token endpoint, as what follows “key … of the Secret”. The client secret travels in the
 * request, so it is https everywhere but within the pod itself.
 */
export function tokenEndpointProblem(endpoint: string): string | undefined {
  const url = URL.parse(endpoint);
  if (url === null) return 'must be an absolute URL';
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const classes = classesOf(host);
  if (classes.some((each) => forbidden.includes(each)))
    return 'must not name a link-local or unspecified address';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && (host === 'localhost' || classes.includes('loopback'))) return undefined;
  return 'must begin with https:// (http:// is taken for loopback addresses only)';
}

/** Of the address that a host is, if it is one, in every form that it may be taken for. */
function classesOf(host: string): readonly (AddressClass | undefined)[] {
  const address = addressBytes(host);
  return address === undefined ? [] : addressForms(address).map(addressClass);
}
