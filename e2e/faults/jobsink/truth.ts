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
    readonly creationTimestamp: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly uid: string }[];
  };
  readonly spec?: {
    readonly template: {
      readonly spec: { readonly volumes?: readonly { readonly secret?: { readonly secretName: string } }[] };
    };
  };
  readonly data?: Readonly<Record<string, string>>;
}

/** A Job, and what its pods would read. */
export interface MountedEvent {
  /** `id` of the event, as the Job's annotation tells it. */
  readonly id: string;
  /** Milliseconds since the epoch; the API server counts in seconds. */
  readonly createdAt: number;
  /** sha256 of the payload in the Secret that the Job's template names, if the Job owns that one. */
  readonly sha256: string | undefined;
}

const sinkLabel = 'sinks.knative.dev/job-sink-name';

/** Reads a namespace by kubectl, past proxy and dispatcher, and compares. */
export async function judge(
  server: TestApiServer,
  namespace: string,
  sent: ReadonlyMap<string, Sent>,
): Promise<Verdict> {
  const jobs = new Map<string, string>();
  for await (const job of pages(server, jobsIn(namespace))) jobs.set(job.metadata.uid, secretNameOf(job));
  const stored = new Map<string, string[]>();
  const served = new Set<string>();
  for await (const secret of pages(server, secretsIn(namespace))) {
    const owner = secret.metadata.ownerReferences?.[0]?.uid ?? '';
    // One whose owner is gone is the garbage collector's next; one that its owner does not mount is of no use.
    if (jobs.get(owner) !== secret.metadata.name) continue;
    served.add(owner);
    const { key, sha256 } = eventOf(secret, namespace);
    stored.set(key, [...(stored.get(key) ?? []), sha256]);
  }
  const here = [...sent].filter(([key]) => key.startsWith(`${namespace}/`));
  return {
    ackedButLost: here.filter(([key, { acked, sha256 }]) => acked && stored.get(key)?.[0] !== sha256).length,
    jobsWithoutSecret: [...jobs.keys()].filter((uid) => !served.has(uid)).length,
    eventsWithTwoJobs: [...stored.values()].filter((copies) => copies.length > 1).length,
    phantoms: [...stored.keys()].filter((key) => !sent.has(key)).length,
    unackedStored: [...stored.keys()].filter((key) => sent.get(key)?.acked === false).length,
    jobs: jobs.size,
  };
}

/** Every Job of a namespace with what it would run on. */
export async function mountedEvents(server: TestApiServer, namespace: string): Promise<MountedEvent[]> {
  const secrets = new Map<string, StoredObject>();
  for await (const secret of pages(server, secretsIn(namespace))) secrets.set(secret.metadata.name, secret);
  const mounted: MountedEvent[] = [];
  for await (const job of pages(server, jobsIn(namespace))) {
    const secret = secrets.get(secretNameOf(job));
    const isOwn = secret?.metadata.ownerReferences?.[0]?.uid === job.metadata.uid;
    mounted.push({
      id: job.metadata.annotations?.['sinks.knative.dev/event-id'] ?? '',
      createdAt: Date.parse(job.metadata.creationTimestamp),
      sha256: secret !== undefined && isOwn ? eventOf(secret, namespace).sha256 : undefined,
    });
  }
  return mounted;
}

const jobsIn = (namespace: string): string => `/apis/batch/v1/namespaces/${namespace}/jobs`;
const secretsIn = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets`;

function secretNameOf({ spec }: StoredObject): string {
  const volumes = spec?.template.spec.volumes ?? [];
  return volumes.find(({ secret }) => secret !== undefined)?.secret?.secretName ?? '';
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
