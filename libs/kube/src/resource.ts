import type { KubeObject } from './object.ts';

/** Names a collection of the API; `T` is the type of the objects in it. */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set; it only carries `T`, so that calls infer what they return. */
  readonly objectType?: T;
}

/** Which object of a collection is meant. */
export interface ObjectTarget {
  /** Left out for resources without namespaces. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** What to append to a collection's path. */
export interface PathParts {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The URL path of a collection, an object or a subresource. Every part is escaped: names come from users. */
export function resourcePath(resource: Resource, parts: PathParts = {}): string {
  const root = resource.group === '' ? '/api' : `/apis/${encodeURIComponent(resource.group)}`;
  const segments = [root, encodeURIComponent(resource.version)];
  if (resource.namespaced && parts.namespace !== undefined) {
    segments.push('namespaces', encodeURIComponent(parts.namespace));
  }
  segments.push(encodeURIComponent(resource.plural));
  if (parts.name !== undefined) segments.push(pathSegment(parts.name));
  if (parts.subresource !== undefined) segments.push(encodeURIComponent(parts.subresource));
  return segments.join('/');
}

/** An empty or dotted name would silently address the collection, or its parent, instead of one object. */
function pathSegment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new TypeError('Not a name of a Kubernetes object.');
  return encodeURIComponent(name);
}
