/** A duck-typed Destination: a reference, a URI, or a reference and a path below it. */
export interface Destination {
  readonly ref?: Reference;
  readonly uri?: string;
}

/** A KReference. */
export interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** The name of one of `status.addresses`. */
  readonly address?: string;
}

/** The parts of an addressable object that a resolver reads; whether it is Ready is not one of them. */
export interface AddressableObject {
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion: string };
  readonly status?: {
    readonly address?: { readonly name?: string; readonly url?: string };
    readonly addresses?: readonly { readonly name?: string; readonly url?: string }[];
  };
}

/**
 * The path of all objects of a reference's kind in the cluster. The plural is guessed from the kind, as Knative does,
 * and not asked for: a definition with another plural could not be resolved.
 */
export function resourcePath({ apiVersion, kind }: Reference): string {
  const root = apiVersion.includes('/') ? 'apis' : 'api';
  return `/${root}/${apiVersion}/${pluralOf(kind.toLowerCase())}`;
}

function pluralOf(singular: string): string {
  if (singular.endsWith('s')) return `${singular}es`;
  return singular.endsWith('y') ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

/**
 * The URL of an addressable object: the named one of `status.addresses`, else their first, else `status.address`.
 * Undefined while there is none.
 */
export function urlOf({ status = {} }: AddressableObject, { address }: Reference): string | undefined {
  const { addresses = [] } = status;
  const chosen =
    address === undefined ? (addresses[0] ?? status.address) : addresses.find(({ name }) => name === address);
  return chosen?.url === '' ? undefined : chosen?.url;
}
