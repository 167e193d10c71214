import { objectKey, type KubeObject } from './object.ts';
import type { WatchEvent } from './watch-event.ts';

/** What happened to an object, as far as this process could see. */
export type Change<T extends KubeObject> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly previous: T }
  /** `object` is the last state that is known; deletes that a watch missed have no newer one. */
  | { readonly type: 'deleted'; readonly object: T };

/** The objects as last seen. Every method leaves the cache consistent before it returns what changed. */
export class InformerCache<T extends KubeObject> {
  #objects = new Map<string, T>();
  #snapshot: readonly T[] | undefined;

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(objectKey({ namespace, name }));
  }

  list(): readonly T[] {
    this.#snapshot ??= [...this.#objects.values()];
    return this.#snapshot;
  }

  /** Takes over a complete list and tells how it differs, so that what an outage hid is reported after it. */
  replaceAll(objects: readonly T[]): Change<T>[] {
    const before = this.#objects;
    const after = new Map(objects.map((object) => [objectKey(object.metadata), object]));
    this.#objects = after;
    this.#snapshot = undefined;
    const gone = [...before].filter(([key]) => !after.has(key)).map(([, object]) => deleted(object));
    return [...gone, ...[...after].flatMap(([key, object]) => changesBetween(before.get(key), object))];
  }

  /** Takes over one event of a watch. */
  apply(event: WatchEvent<T>): Change<T>[] {
    if (event.type === 'BOOKMARK') return [];
    const key = objectKey(event.object.metadata);
    const before = this.#objects.get(key);
    this.#snapshot = undefined;
    if (event.type !== 'DELETED') {
      this.#objects.set(key, event.object);
      return changesBetween(before, event.object);
    }
    this.#objects.delete(key);
    return before === undefined ? [] : [deleted(event.object)];
  }
}

/** An object that was deleted and made again under the same name is two changes, never an update. */
function changesBetween<T extends KubeObject>(before: T | undefined, object: T): Change<T>[] {
  if (before === undefined) return [{ type: 'added', object }];
  if (before.metadata.uid !== object.metadata.uid) return [deleted(before), { type: 'added', object }];
  if (before.metadata.resourceVersion === object.metadata.resourceVersion) return [];
  return [{ type: 'updated', object, previous: before }];
}

function deleted<T extends KubeObject>(object: T): Change<T> {
  return { type: 'deleted', object };
}
