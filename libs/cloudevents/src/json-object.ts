import { invalidAttribute, invalidJson } from './refusals.ts';
import { maxDataDepth, scanColon, scanValue } from './json-scan.ts';
import { knownName } from './known-names.ts';
import { noMatch, scanString, skipWhiteSpace } from './json-tokens.ts';

const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Where a JSON value lies in the body, without the white space around it; `to` is exclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The members of one JSON object, and the offset after it. */
export interface JsonObject {
  readonly members: ReadonlyMap<string, Span>;
  readonly end: number;
}

/**
 * Finds the members of the object that starts at `at`, without reading their values. `body` is UTF-8.
 * Throws `InvalidJson`, and `InvalidAttribute` for a name that comes twice: readers disagree on which one
 * counts (RFC 8259, 4), so an event could be one thing to us and another to its consumer.
 */
export function readObject(body: Buffer, at: number): JsonObject {
  if (body[at] !== openBrace) {
    throw invalidJson('notOneObject');
  }
  const members = new Map<string, Span>();
  let next = skipWhiteSpace(body, at + 1);
  if (body[next] === closeBrace) {
    return { members, end: next + 1 };
  }
  for (;;) {
    next = skipWhiteSpace(body, readMember(body, next, members));
    if (body[next] === closeBrace) {
      return { members, end: next + 1 };
    }
    if (body[next] !== comma) {
      throw invalidJson('jsonSeparatorMissing', { byte: next });
    }
    next = skipWhiteSpace(body, next + 1);
  }
}

/** Adds the member whose name starts at `at` and gives back the offset after its value. */
function readMember(body: Buffer, at: number, members: Map<string, Span>): number {
  const nameEnd = scanString(body, at);
  const from = nameEnd === noMatch ? noMatch : scanColon(body, nameEnd);
  const to = from === noMatch ? noMatch : scanValue(body, from, maxDataDepth);
  if (to === noMatch) {
    throw invalidJson('jsonBroken', { byte: at });
  }
  const name = knownName(body, at + 1, nameEnd - 1) ?? readString(body, { from: at, to: nameEnd });
  if (members.has(name)) {
    throw invalidAttribute(name, 'attributeTwice');
  }
  members.set(name, { from, to });
  return to;
}

/** The text of a scanned JSON string. It may hold lone surrogates, which JSON lets a sender escape. */
export function readString(body: Buffer, { from, to }: Span): string {
  const inside = body.toString('utf8', from + 1, to - 1);
  return inside.includes('\\') ? (JSON.parse(`"${inside}"`) as string) : inside;
}
