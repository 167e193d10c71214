import type { KubeClient, ListOptions } from './client.ts';
import { isGone } from './kube-api-error.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

/** A complete list, all of it as of one resource version. */
export interface CompleteList<T extends KubeObject> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/**
 * Reads every page. When the continue token expires on the way, it starts over without pages: a server that
 * compacts faster than the pages can be read would expire every further attempt as well.
 */
export async function listAll<T extends KubeObject>(
  client: Pick<KubeClient, 'list'>,
  resource: Resource<T>,
  options: ListOptions,
): Promise<CompleteList<T>> {
  const items: T[] = [];
  let page = await client.list(resource, options);
  items.push(...page.items);
  while (page.continue !== undefined) {
    try {
      page = await client.list(resource, { ...options, continue: page.continue });
    } catch (error) {
      if (!isGone(error)) throw error;
      return client.list(resource, { ...options, limit: undefined });
    }
    items.push(...page.items);
  }
  return { items, resourceVersion: page.resourceVersion };
}
