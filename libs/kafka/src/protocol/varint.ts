/** How many bytes {@link writeVarint} takes for a 32-bit integer. */
export function varintBytes(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let bytes = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    bytes += 1;
  }
  return bytes;
}

/** Writes a zigzag varint, as Kafka's records have them. @returns the offset behind it. */
export function writeVarint(target: Buffer, value: number, offset: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let next = offset;
  while (rest > 0x7f) {
    target[next] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
    next += 1;
  }
  target[next] = rest;
  return next + 1;
}

const is32Bit = (value: number): boolean => value === (value | 0);

/** How many bytes {@link writeInt64} takes. */
export function int64Bytes(value: number): number {
  if (is32Bit(value)) return varintBytes(value);
  let rest = zigzag64(value);
  let bytes = 1;
  while (rest > 0x7fn) {
    rest >>= 7n;
    bytes += 1;
  }
  return bytes;
}

/** Like {@link writeVarint}, for any safe integer: the distance between two times may be larger than 32 bits. */
export function writeInt64(target: Buffer, value: number, offset: number): number {
  if (is32Bit(value)) return writeVarint(target, value, offset);
  let rest = zigzag64(value);
  let next = offset;
  while (rest > 0x7fn) {
    target[next] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
    next += 1;
  }
  target[next] = Number(rest);
  return next + 1;
}

function zigzag64(value: number): bigint {
  const wide = BigInt(value);
  return BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n));
}
