const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Digits of RFC 4648 in lower case, as names of objects may have them; what is left of the last one is dropped. */
export function base32(bytes: Uint8Array): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(buffer >> (bits - 5)) & 31] ?? '';
  }
  return text;
}
