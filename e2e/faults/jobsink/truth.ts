import type { TestApiServer } from '@event-sinks/testing';
import { digest, keyOf, type Sent } from '../ledger.ts';

/** What the API server holds against what the ledger says. */
export interface Verdict {
  /** A 2xx was seen, and there is no Job with a Secret of its own that holds the same bytes. */
  readonly ackedButLost: number;
  readonly jobsWithoutSecret: number;
  readonly eventsWithTwoJobs: number;
  /** Stored and never sent. */
  readonly phantoms: number;
  /** Stored and not acknowledged, which is allowed: deliveries are at least once. */
  readonly unackedStored: number;
  readonly jobs: number;
}

interface StoredObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

const sinkLabel = 'sinks.knative.dev/job-sink-name';

/** Reads a namespace by kubectl, past proxy and dispatcher, and compares. */
export async function judge(
  server: TestApiServer,
  namespace: string,
  sent: ReadonlyMap<string, Sent>,
): Promise<Verdict> {
  const jobs = new Set<string>();
  for await (const { metadata } of pages(server, `/apis/batch/v1/namespaces/${namespace}/jobs`))
    jobs.add(metadata.uid);
  const stored = new Map<string, string[]>();
  const served = new Set<string>();
  for await (const secret of pages(server, `/api/v1/namespaces/${namespace}/secrets`)) {
    const owner = secret.metadata.ownerReferences?.[0]?.uid ?? '';
    // One whose owner is gone is the garbage collector's next.
    if (!jobs.has(owner)) continue;
    served.add(owner);
    const { key, sha256 } = eventOf(secret, namespace);
    stored.set(key, [...(stored.get(key) ?? []), sha256]);
  }
  const here = [...sent].filter(([key]) => key.startsWith(`${namespace}/`));
  return {
    ackedButLost: here.filter(([key, { acked, sha256 }]) => acked && stored.get(key)?.[0] !== sha256).length,
    jobsWithoutSecret: [...jobs].filter((uid) => !served.has(uid)).length,
    eventsWithTwoJobs: [...stored.values()].filter((copies) => copies.length > 1).length,
    phantoms: [...stored.keys()].filter((key) => !sent.has(key)).length,
    unackedStored: [...stored.keys()].filter((key) => sent.get(key)?.acked === false).length,
    jobs: jobs.size,
  };
}

function eventOf(secret: StoredObject, namespace: string): { key: string; sha256: string } {
  const file = Buffer.from(secret.data?.['event'] ?? '', 'base64').toString();
  const { source, id, data } = JSON.parse(file) as { source: string; id: string; data: unknown };
  const sink = secret.metadata.labels?.[sinkLabel] ?? '';
  // The payloads that are sent are compact JSON already, so writing them again gives the same bytes.
  return { key: keyOf({ namespace, sink, source, id }), sha256: digest(JSON.stringify(data ?? null)) };
}

async function* pages(server: TestApiServer, path: string): AsyncGenerator<StoredObject> {
  let token = '';
  do {
    const query = `limit=500${token === '' ? '' : `&continue=${encodeURIComponent(token)}`}`;
    const page = JSON.parse(await server.kubectl(['get', '--raw', `${path}?${query}`])) as {
      items: StoredObject[];
      metadata: { continue?: string };
    };
    yield* page.items;
    token = page.metadata.continue ?? '';
  } while (token !== '');
}
