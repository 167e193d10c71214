/** The two parts of a sink's address. */
export interface SinkPath {
  readonly namespace: string;
  readonly name: string;
}

/** A namespace is a DNS label, an object's name a DNS subdomain. */
const namespaceForm = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const nameForm = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

/**
 * Reads `/<namespace>/<name>` from a request target: a trailing slash and a query are tolerated, escaped
 * characters are decoded, and the absolute form (RFC 9112, 3.2.2) counts as its path.
 *
 * Returns `undefined` for everything else. An escaped slash ends up inside a part and is refused there.
 */
export function sinkPathOf(target: string): SinkPath | undefined {
  const path = pathOf(target);
  const middle = path.indexOf('/', 1);
  if (middle < 0 || !path.startsWith('/')) return undefined;
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  const namespace = decodePart(path.slice(1, middle));
  const name = decodePart(path.slice(middle + 1, end));
  return namespaceForm.test(namespace) && nameForm.test(name) ? { namespace, name } : undefined;
}

function pathOf(target: string): string {
  const query = target.indexOf('?');
  const whole = query < 0 ? target : target.slice(0, query);
  if (whole.startsWith('/')) return whole;
  return /^https?:\/\/[^/]+(\/.*)$/i.exec(whole)?.[1] ?? '';
}

function decodePart(part: string): string {
  if (!part.includes('%')) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
