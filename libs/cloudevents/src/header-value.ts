import { isUtf8 } from 'node:buffer';

const needsDecoding = /[^ !#$&-~]/;
const quotedString = /^"([^"\\]*(?:\\.[^"\\]*)*)"$/s;
const percent = 0x25;
const notHex = -1;

/**
 * The attribute value behind a `ce-` header, `undefined` when its bytes are not UTF-8.
 *
 * HTTP binding 3.1.3.2: unescape a quoted string first, then exactly one round of percent-decoding. A `%`
 * without two hex digits stays as it is. `raw` holds one byte per character, as Node hands headers over.
 */
export function decodeHeaderValue(raw: string): string | undefined {
  if (!needsDecoding.test(raw)) {
    return raw;
  }
  const bytes = percentDecoded(Buffer.from(unquoted(raw), 'latin1'));
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}

function unquoted(raw: string): string {
  if (!raw.startsWith('"')) {
    return raw;
  }
  const inside = quotedString.exec(raw)?.[1];
  return inside === undefined ? raw : inside.replaceAll(/\\(.)/gs, '$1');
}

/** Decodes in place; the bytes are the caller's own copy. */
function percentDecoded(bytes: Buffer): Buffer {
  let written = 0;
  for (let read = 0; read < bytes.length; read += 1) {
    const byte = bytes[read] ?? 0;
    const decoded = byte === percent ? hexPair(bytes[read + 1], bytes[read + 2]) : notHex;
    bytes[written] = decoded === notHex ? byte : decoded;
    read += decoded === notHex ? 0 : 2;
    written += 1;
  }
  return bytes.subarray(0, written);
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const upper = hexDigit(high);
  const lower = hexDigit(low);
  return upper === notHex || lower === notHex ? notHex : upper * 16 + lower;
}

function hexDigit(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) {
    return byte - 0x30;
  }
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : notHex;
}
