import { addressRange, isWithin, type AddressBytes, type AddressRange } from './ip-address.ts';

/** Kinds of addresses where no broker and no token endpoint of a cluster is. */
export type AddressClass = 'loopback' | 'link-local' | 'metadata' | 'unspecified' | 'multicast' | 'reserved';

/** https://www.iana.org/assignments/iana-ipv4-special-registry and its sibling for IPv6. */
const classes: readonly (readonly [AddressRange, AddressClass])[] = [
  ...ranges('loopback', ['127.0.0.0/8', '::1']),
  ...ranges('link-local', ['169.254.0.0/16', 'fe80::/10']),
  // Metadata services of clouds outside of the link-local ranges: AWS and Google by IPv6, Azure, Alibaba.
  ...ranges('metadata', ['fd00:ec2::254', 'fd20:ce::254', '168.63.129.16', '100.100.100.200']),
  ...ranges('unspecified', ['0.0.0.0/8', '::']),
  ...ranges('multicast', ['224.0.0.0/4', 'ff00::/8']),
  ...ranges('reserved', ['240.0.0.0/4']),
];

interface Embedding {
  readonly range: AddressRange;
  /** Where the bytes of the IPv4 address are. */
  readonly at: readonly number[];
  /** Whether they are written inverted. */
  readonly isInverted?: boolean;
  /** Whether the same bytes may have another meaning, by which they are zeros. */
  readonly isAmbiguous?: boolean;
}

const last = [12, 13, 14, 15];

/** IPv6 addresses that a host or a router on the path may take for an IPv4 address. */
const embeddings: readonly Embedding[] = [
  // IPv4-mapped and IPv4-compatible: RFC 4291, section 2.5.5. IPv4-translated: RFC 2765.
  ...['::ffff:0:0/96', '::/96', '::ffff:0:0:0/96'].map((range) => ({ range: rangeOf(range), at: last })),
  // NAT64, by its well-known prefix and by local-use ones of two lengths: RFC 6052, RFC 8215.
  { range: rangeOf('64:ff9b::/96'), at: last },
  { range: rangeOf('64:ff9b:1::/48'), at: last, isAmbiguous: true },
  { range: rangeOf('64:ff9b:1::/48'), at: [6, 7, 9, 10], isAmbiguous: true },
  // 6to4: RFC 3056.
  { range: rangeOf('2002::/16'), at: [2, 3, 4, 5] },
  // Teredo, its server and its client: RFC 4380.
  { range: rangeOf('2001::/32'), at: [4, 5, 6, 7] },
  { range: rangeOf('2001::/32'), at: last, isInverted: true },
];

/** The marks of ISATAP in bytes 8 to 11: RFC 5214. */
const isatap = ['0,0,94,254', '2,0,94,254'];

/** What an address is, by itself; undefined for addresses that may be a broker's. */
export function addressClass(address: AddressBytes): AddressClass | undefined {
  return classes.find(([range]) => isWithin(address, range))?.[1];
}

/** The address, and every IPv4 address that it may be taken for. */
export function addressForms(address: AddressBytes): readonly AddressBytes[] {
  if (address.length === 4) return [address];
  const embedded = embeddings
    .filter(({ range }) => isWithin(address, range))
    .map((embedding) => ({ embedding, bytes: bytesAt(address, embedding) }))
    .filter(({ embedding, bytes }) => embedding.isAmbiguous !== true || bytes.some((byte) => byte !== 0))
    .map(({ bytes }) => bytes);
  const isIsatap = isatap.includes(address.slice(8, 12).join());
  return [address, ...embedded, ...(isIsatap ? [address.slice(12)] : [])];
}

function bytesAt(address: AddressBytes, { at, isInverted }: Embedding): AddressBytes {
  return at.map((index) => (address[index] ?? 0) ^ (isInverted === true ? 0xff : 0));
}

function ranges(kind: AddressClass, texts: readonly string[]): (readonly [AddressRange, AddressClass])[] {
  return texts.map((text) => [rangeOf(text), kind] as const);
}

function rangeOf(text: string): AddressRange {
  const range = addressRange(text);
  if (range === undefined) throw new Error(`${text} is no range of addresses`);
  return range;
}
