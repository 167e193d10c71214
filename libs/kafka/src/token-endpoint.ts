import { BlockList, isIPv4, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Where clouds keep the credentials of the machine: nobody's token endpoint, and answered without being asked who one is. */
const metadataServices = new BlockList();
metadataServices.addSubnet('169.254.0.0', 16, 'ipv4');
metadataServices.addSubnet('fe80::', 10, 'ipv6');
metadataServices.addAddress('fd00:ec2::254', 'ipv6');
metadataServices.addAddress('0.0.0.0', 'ipv4');
metadataServices.addAddress('::', 'ipv6');

/** Whether no token may be asked for at an address, whatever name led to it. */
export function isForbiddenAddress(address: string): boolean {
  return isIn(metadataServices, address);
}

/**
 * What is wrong with a token endpoint, as what follows “key … of the Secret”. The client secret travels in the
 * request, so it is https everywhere but within the pod itself.
 */
export function tokenEndpointProblem(endpoint: string): string | undefined {
  const url = URL.parse(endpoint);
  if (url === null) return 'must be an absolute URL';
  if (url.username !== '' || url.password !== '') return 'must not carry credentials';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isForbiddenAddress(host)) return 'must not name a link-local or unspecified address';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol === 'http:' && isLoopback(host)) return undefined;
  return 'must begin with https:// (http:// is taken for loopback addresses only)';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || isIn(loopback, host);
}

function isIn(list: BlockList, address: string): boolean {
  if (isIPv4(address)) return list.check(address, 'ipv4');
  return isIPv6(address) && list.check(address, 'ipv6');
}
