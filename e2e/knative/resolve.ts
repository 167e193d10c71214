import { setTimeout as sleep } from 'node:timers/promises';
import {
  resourcePath,
  urlOf,
  type AddressableObject,
  type Destination,
  type Reference,
} from './destination.ts';

/** GETs a path of the API server; the caller's rights are all that the resolver has. */
export type ApiGet = (path: string, signal?: AbortSignal) => Promise<Response>;

/**
 * The URL of a destination. Waits for a reference that has no address yet.
 * @throws Error when the reader may not list or watch the kind, and when no address has come in time.
 */
export async function resolve(api: ApiGet, { ref, uri }: Destination, timeoutMs: number): Promise<string> {
  if (ref === undefined) {
    if (uri === undefined) throw new Error('a destination needs a ref or a uri');
    return uri;
  }
  const base = await addressOf(api, ref, timeoutMs);
  return uri === undefined ? base : new URL(uri, base).href;
}

/** Like Knative's informer: lists the kind in the whole cluster and watches it from there, without asking by name. */
async function addressOf(api: ApiGet, ref: Reference, timeoutMs: number): Promise<string> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const path = resourcePath(ref);
  try {
    for (;;) {
      const list = (await (await granted(api, path, deadline)).json()) as {
        metadata: { resourceVersion: string };
        items: AddressableObject[];
      };
      // Watched even if the list has it: an informer without the right to watch never begins.
      const since = new URLSearchParams({ watch: 'true', resourceVersion: list.metadata.resourceVersion });
      const changes = await granted(api, `${path}?${since.toString()}`, deadline);
      const url = find(list.items, ref) ?? (await firstAddress(changes, ref));
      await changes.body?.cancel().catch(() => undefined);
      if (url !== undefined) return url;
      await sleep(100, undefined, { signal: deadline });
    }
  } catch (error) {
    if (!deadline.aborted) throw error;
    throw new Error(`${ref.kind} ${ref.namespace}/${ref.name} has no address after ${timeoutMs} ms`, {
      cause: error,
    });
  }
}

async function granted(api: ApiGet, path: string, signal: AbortSignal): Promise<Response> {
  const response = await api(path, signal);
  if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
  return response;
}

/** Reads a watch until it shows the address; undefined when the API server ends it before. */
async function firstAddress({ body }: Response, ref: Reference): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    const objects = lines.map((line) => (JSON.parse(line) as { object: AddressableObject }).object);
    const url = find(objects, ref);
    if (url !== undefined) return url;
  }
  return undefined;
}

function find(objects: readonly AddressableObject[], ref: Reference): string | undefined {
  const named = objects.filter(
    ({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace,
  );
  return named.map((object) => urlOf(object, ref)).find((url) => url !== undefined);
}
