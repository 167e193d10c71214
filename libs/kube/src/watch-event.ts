import type { KubeObject } from './object.ts';
import { field, textField } from './plain-data.ts';
import { errorFromStatus } from './status-object.ts';

/** One line of a watch. A bookmark only says how far the watch has come. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T; readonly resourceVersion: string }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

/** Reads one line; throws for an ERROR event and for anything that is no watch event. */
export function parseWatchEvent<T extends KubeObject>(line: string, what: string): WatchEvent<T> {
  const event: unknown = JSON.parse(line);
  const type = field(event, 'type');
  const object = field(event, 'object');
  if (type === 'ERROR') throw errorFromStatus(object, { what });
  const metadata = field(object, 'metadata');
  const resourceVersion = textField(metadata, 'resourceVersion');
  if (resourceVersion === undefined) throw new Error('a watch event has no resourceVersion');
  if (type === 'BOOKMARK') return { type, resourceVersion };
  if (
    (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') &&
    textField(metadata, 'name') !== undefined
  ) {
    return { type, object: object as T, resourceVersion };
  }
  throw new Error('a watch event is of no known type');
}
