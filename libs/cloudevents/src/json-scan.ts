import { noMatch, scanScalar, scanString, skipWhiteSpace } from './json-tokens.ts';

/**
 * How deep a payload may nest: one less than the 1,000 that Jackson, and with it the Java SDK, reads, since
 * the event's own object is one level more.
 */
export const maxDataDepth = 999;

const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The offset of a member's value, given the offset after its name. */
export function scanColon(bytes: Buffer, at: number): number {
  const found = skipWhiteSpace(bytes, at);
  return bytes[found] === colon ? skipWhiteSpace(bytes, found + 1) : noMatch;
}

/** The offset of the value of the member whose name starts at `at`. */
function scanName(bytes: Buffer, at: number): number {
  const end = scanString(bytes, at);
  return end === noMatch ? noMatch : scanColon(bytes, end);
}

/**
 * The offset after the JSON value (RFC 8259) that starts at `at`, nested at most `maxDepth` levels deep. Keeps
 * its own stack: the depth is the sender's choice and must never become the depth of our calls.
 */
export function scanValue(bytes: Buffer, at: number, maxDepth: number): number {
  return closerOf(bytes[at]) === undefined ? scanScalar(bytes, at) : scanContainer(bytes, at, maxDepth);
}

function scanContainer(bytes: Buffer, at: number, maxDepth: number): number {
  const closers: number[] = [];
  let next = at;
  do {
    const closer = closerOf(bytes[next]);
    if (closer === undefined) {
      next = scanScalar(bytes, next);
    } else if (closers.length === maxDepth) {
      return noMatch;
    } else {
      closers.push(closer);
      next = skipWhiteSpace(bytes, next + 1);
      if (bytes[next] !== closer) {
        next = nextValue(bytes, next, closer);
        continue;
      }
    }
    next = next === noMatch ? noMatch : leave(bytes, next, closers);
  } while (next !== noMatch && closers.length > 0);
  return next;
}

function closerOf(byte: number | undefined): number | undefined {
  if (byte === openBrace) {
    return closeBrace;
  }
  return byte === openBracket ? closeBracket : undefined;
}

/** The offset of the value that an element or member at `at` brings. */
function nextValue(bytes: Buffer, at: number, closer: number): number {
  return closer === closeBrace ? scanName(bytes, at) : at;
}

/** After a value: closes every container that ends here, then goes to the next value, if there is one. */
function leave(bytes: Buffer, at: number, closers: number[]): number {
  let next = at;
  for (let closer = closers.at(-1); closer !== undefined; closer = closers.at(-1)) {
    next = skipWhiteSpace(bytes, next);
    if (bytes[next] === comma) {
      return nextValue(bytes, skipWhiteSpace(bytes, next + 1), closer);
    }
    if (bytes[next] !== closer) {
      return noMatch;
    }
    closers.pop();
    next += 1;
  }
  return next;
}

/** Whether the bytes, known to be UTF-8, are exactly one JSON value with nothing but white space around it. */
export function isOneJsonValue(bytes: Buffer, maxDepth: number): boolean {
  const end = scanValue(bytes, skipWhiteSpace(bytes, 0), maxDepth);
  return end !== noMatch && skipWhiteSpace(bytes, end) === bytes.length;
}
