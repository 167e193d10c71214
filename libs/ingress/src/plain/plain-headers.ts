import { isHost } from '../host.ts';

/** The headers of a plain request, and what they say about its body. */
export interface PlainHeaders {
  /** Alternating names and values, as sent. */
  readonly rawHeaders: readonly string[];
  readonly contentType: string | undefined;
  readonly length: number;
}

const plainLength = /^(?:0|[1-9]\d{0,8})$/;

/**
 * Reads the header lines of a head whose form has been checked. `undefined` when they ask for what is not done on the
 * plain lane, or when two readers could take them differently: no Host, two or one that is none, no length or two.
 */
export function readPlainHeaders(head: string): PlainHeaders | undefined {
  const draft: Draft = { hosts: 0, length: undefined, contentType: undefined };
  const rawHeaders: string[] = [];
  for (let at = head.indexOf('\r\n') + 2; at < head.length;) {
    const colon = head.indexOf(':', at);
    const end = head.indexOf('\r\n', colon);
    const name = head.slice(at, colon);
    const value = withoutSpaces(head, colon + 1, end);
    if (roleOf(name)?.(draft, value) === false) return undefined;
    rawHeaders.push(name, value);
    at = end + 2;
  }
  const { hosts, length, contentType } = draft;
  return length === undefined || hosts !== 1 ? undefined : { rawHeaders, contentType, length };
}

interface Draft {
  hosts: number;
  length: number | undefined;
  contentType: string | undefined;
}

/** Notes what a header says; false when the request is not plain. */
type Role = (draft: Draft, value: string) => boolean;

const host: Role = (draft, value) => {
  draft.hosts += 1;
  return isHost(value);
};

const contentLength: Role = (draft, value) => {
  if (draft.length !== undefined || !plainLength.test(value)) return false;
  draft.length = Number(value);
  return true;
};

/** The first one counts, as in Node's own headers; the decoder refuses two that differ. */
const contentType: Role = (draft, value) => {
  draft.contentType ??= value;
  return true;
};

const connection: Role = (_draft, value) => value.toLowerCase() === 'keep-alive';

const notPlain: Role = () => false;

const roles: ReadonlyMap<string, Role> = new Map([
  ['host', host],
  ['content-length', contentLength],
  ['content-type', contentType],
  ['connection', connection],
  ['proxy-connection', notPlain],
  ['transfer-encoding', notPlain],
  ['te', notPlain],
  ['trailer', notPlain],
  ['expect', notPlain],
  ['upgrade', notPlain],
  ['http2-settings', notPlain],
  ['k-network-probe', notPlain],
]);

/** The name of an attribute never has a role, and most headers are attributes. */
function roleOf(name: string): Role | undefined {
  return name.startsWith('ce-') ? undefined : roles.get(name.toLowerCase());
}

const space = 0x20;

/** Spaces are the only white space that gets here. */
function withoutSpaces(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && text.charCodeAt(start) === space) start += 1;
  while (end > start && text.charCodeAt(end - 1) === space) end -= 1;
  return text.slice(start, end);
}
