/** Everything that identifies the run of one event from outside. */
export interface RunAddress {
  readonly namespace: string;
  /** Name of the JobSink. */
  readonly name: string;
  readonly source: string;
  readonly id: string;
  /** `knativeerrordest` of a dead-lettered event, which is a run of its own. */
  readonly errorDestination?: string | undefined;
}

/**
 * Longest location, in characters. Node's HTTP client, and all that build on it, give up on an answer with more
 * than 16 KiB of headers, and an event that was stored would look like one that failed.
 */
export const maxLocationLength = 15 * 1024;

const errorDestinationKey = 'knativeerrordest';

/**
 * Where the run of an event can be asked about: a path with a query for dead-lettered events.
 *
 * Only unreserved characters of RFC 3986 stand for themselves, so nothing that normalises URLs finds anything to
 * change, with one exception: a part that is `.` or `..` is taken for a step through the path, also when it is
 * written `%2E`. Such a part gets a tilde in front, and so does one that looks like that already.
 * @returns undefined when it would be longer than {@link maxLocationLength}.
 */
export function runLocation(run: RunAddress): string | undefined {
  const [namespace, name, source, id] = [run.namespace, run.name, run.source, run.id].map(escapePart);
  const path = `/namespaces/${namespace}/name/${name}/sources/${source}/ids/${id}`;
  const { errorDestination } = run;
  const query =
    errorDestination === undefined ? '' : `?${errorDestinationKey}=${escapeText(errorDestination)}`;
  const location = path + query;
  return location.length > maxLocationLength ? undefined : location;
}

/**
 * Reads a {@link runLocation} from a request target, also in absolute form (RFC 9112, 3.2.2). Parameters of the
 * query that mean nothing here are ignored.
 * @returns undefined for anything else.
 */
export function parseRunLocation(target: string): RunAddress | undefined {
  const [path = '', query = ''] = splitOnce(target.replace(/^https?:\/\/[^/?]+/i, ''), '?');
  const parts = locationForm.exec(path)?.slice(1);
  try {
    return parts && decodeRun(parts, query);
  } catch (error) {
    // An escape that is no UTF-8 belongs to no event.
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

function decodeRun(parts: readonly string[], query: string): RunAddress {
  const [namespace = '', name = '', source = '', id = ''] = parts.map(unescapePart);
  const errorDestination = parameter(query, errorDestinationKey);
  return { namespace, name, source, id, ...(errorDestination !== undefined && { errorDestination }) };
}

const locationForm = /^\/namespaces\/([^/]+)\/name\/([^/]+)\/sources\/([^/]+)\/ids\/([^/]+)\/?$/;

const onlyDots = /^~*\.{1,2}$/;

function escapePart(part: string): string {
  return onlyDots.test(part) ? `~${part}` : escapeText(part);
}

function unescapePart(escaped: string): string {
  const part = decodeURIComponent(escaped);
  return part.startsWith('~') && onlyDots.test(part) ? part.slice(1) : part;
}

/**
 * A surrogate without its partner becomes what the digest of the identity makes of it. The five characters beyond
 * the unreserved ones are those that `encodeURIComponent` lets through, of which URL parsers change one.
 */
function escapeText(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The first of its name. A plus is a space where a form library wrote the query; we never write one. */
function parameter(query: string, key: string): string | undefined {
  for (const pair of query.split('&')) {
    const [name, value = ''] = splitOnce(pair, '=');
    if (name === key) return decodeURIComponent(value.replaceAll('+', ' '));
  }
  return undefined;
}

function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
