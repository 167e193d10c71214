/** What every scanner here returns instead of an offset when the bytes are not what it looks for. */
export const noMatch = -1;

const quote = 0x22;
const minus = 0x2d;
const backslash = 0x5c;
const literals = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')];

/** The first offset from `at` that holds no JSON white space (RFC 8259, 2). */
export function skipWhiteSpace(bytes: Buffer, at: number): number {
  let end = at;
  while (isWhiteSpace(bytes[end])) {
    end += 1;
  }
  return end;
}

function isWhiteSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The offset after the string that starts at `at`. Whether its bytes are UTF-8 is the caller's to check. */
export function scanString(bytes: Buffer, at: number): number {
  if (bytes[at] !== quote) {
    return noMatch;
  }
  let end = at + 1;
  for (;;) {
    // Behind the last byte this is 0, refused as a control character: what ends the loop on an open string.
    const byte = bytes[end] ?? 0;
    if (byte === quote) {
      return end + 1;
    }
    end = byte === backslash ? scanEscape(bytes, end + 1) : end + 1;
    if (byte < 0x20 || end === noMatch) {
      return noMatch;
    }
  }
}

function scanEscape(bytes: Buffer, at: number): number {
  const letter = bytes[at] ?? 0;
  if (letter !== 0x75) {
    return '"\\/bfnrt'.includes(String.fromCharCode(letter)) ? at + 1 : noMatch;
  }
  for (let digit = 1; digit <= 4; digit += 1) {
    if (!isHex(bytes[at + digit] ?? 0)) {
      return noMatch;
    }
  }
  return at + 5;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  const letter = byte | 0x20;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}

function scanDigits(bytes: Buffer, at: number): number {
  let end = at;
  while (isDigit(bytes[end])) {
    end += 1;
  }
  return end === at ? noMatch : end;
}

function scanNumber(bytes: Buffer, at: number): number {
  const first = bytes[at] === minus ? at + 1 : at;
  let end = bytes[first] === 0x30 ? first + 1 : scanDigits(bytes, first);
  if (end !== noMatch && bytes[end] === 0x2e) {
    end = scanDigits(bytes, end + 1);
  }
  if (end !== noMatch && ((bytes[end] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[end + 1];
    end = scanDigits(bytes, sign === minus || sign === 0x2b ? end + 2 : end + 1);
  }
  return end;
}

function scanLiteral(bytes: Buffer, at: number): number {
  for (const literal of literals) {
    if (bytes[at] === literal[0]) {
      const end = at + literal.length;
      return end <= bytes.length && literal.compare(bytes, at, end) === 0 ? end : noMatch;
    }
  }
  return noMatch;
}

/** The offset after the string, number or literal that starts at `at`. */
export function scanScalar(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === quote) {
    return scanString(bytes, at);
  }
  return first === minus || isDigit(first) ? scanNumber(bytes, at) : scanLiteral(bytes, at);
}
