import { isIPv4, isIPv6 } from 'node:net';

/** An address as its 4 or 16 bytes, so that every spelling of it is the same. */
export type AddressBytes = readonly number[];

/** Addresses that begin with the same bits; a single address has all of its bits. */
export interface AddressRange {
  readonly bytes: AddressBytes;
  readonly bits: number;
}

/** The bytes of an address; undefined for anything else. A zone (`fe80::1%eth0`) is left out. */
export function addressBytes(text: string): AddressBytes | undefined {
  const address = text.replace(/%.*$/, '');
  if (isIPv4(address)) return address.split('.').map(Number);
  return isIPv6(address) ? ipv6Bytes(address) : undefined;
}

/** `10.0.0.0/8`, `fd00::/8` or a single address; undefined for anything else. */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', length, ...more] = text.split('/');
  const bytes = addressBytes(address);
  if (bytes === undefined || more.length > 0) return undefined;
  const all = bytes.length * 8;
  if (length === undefined) return { bytes, bits: all };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= all ? { bytes, bits } : undefined;
}

/** Whether an address belongs to a range of its own family. */
export function isWithin(address: AddressBytes, { bytes, bits }: AddressRange): boolean {
  if (address.length !== bytes.length) return false;
  return bytes.every((byte, index) => {
    const mask = (0xff << Math.max(0, 8 - Math.max(0, bits - index * 8))) & 0xff;
    return ((address[index] ?? 0) & mask) === (byte & mask);
  });
}

function ipv6Bytes(address: string): AddressBytes {
  const [head = [], tail] = address.split('::').map(groupBytes);
  if (tail === undefined) return head;
  return [...head, ...Array.from({ length: 16 - head.length - tail.length }, () => 0), ...tail];
}

/** The bytes of groups such as `2001:db8` or `ffff:10.0.0.1`. */
function groupBytes(groups: string): AddressBytes {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
