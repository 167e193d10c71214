/** The partition that Java's default partitioner gives a key: `toPositive(murmur2(key)) % partitions`. */
export function javaPartition(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fff_ffff) % partitions;
}

const seed = 0x9747_b28c;
const mixer = 0x5bd1_e995;

/** `org.apache.kafka.common.utils.Utils.murmur2`, as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const whole = length & ~3;
  let hash = seed ^ length;
  for (let offset = 0; offset < whole; offset += 4) {
    let word = Math.imul(littleEndian(bytes, offset, 4), mixer);
    word = Math.imul(word ^ (word >>> 24), mixer);
    hash = Math.imul(hash, mixer) ^ word;
  }
  if (whole < length) hash = Math.imul(hash ^ littleEndian(bytes, whole, length - whole), mixer);
  hash = Math.imul(hash ^ (hash >>> 13), mixer);
  return hash ^ (hash >>> 15);
}

function littleEndian(bytes: Uint8Array, offset: number, count: number): number {
  let word = 0;
  for (let index = count - 1; index >= 0; index -= 1) word = (word << 8) | (bytes[offset + index] ?? 0);
  return word;
}
