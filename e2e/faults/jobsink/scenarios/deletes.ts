import { setTimeout as sleep } from 'node:timers/promises';
import { digest, type LedgerEvent } from '../../ledger.ts';
import type { ScenarioReport } from '../report.ts';
import { Dispatcher } from '../dispatcher.ts';
import { inParallel } from '../parallel.ts';
import { Sender } from '../sender.ts';
import type { Setting } from '../setting.ts';
import { mountedEvents, type MountedEvent } from '../truth.ts';

const sink = 'again';
const atOnce = 16;
/** How often one deletion of all is asked for at most. */
const mostRequests = 20;

/** What becomes of a Job's Secret; `default` says nothing, which for a Job means that it stays as an orphan. */
const ways = ['default', 'Background', 'Foreground', 'Orphan'] as const;
type Way = (typeof ways)[number];

interface Scene {
  readonly setting: Setting;
  readonly sender: Sender;
  readonly urls: readonly string[];
  readonly tally: Tally;
}

interface Tally {
  events: number;
  deletes: number;
  lost: number;
  otherData: number;
  withoutSecret: number;
  twice: number;
  givenUp: number;
  orphans: number;
}

/**
 * Jobs deleted in every way that there is, and their events sent again with other data: each new Job runs on the data
 * that came with it, whatever is left of the Secret before.
 */
export async function deletes(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const dispatchers = await Promise.all(
    ['deletes-a', 'deletes-b'].map((name) => Dispatcher.start(setting, name)),
  );
  const sender = new Sender({ ledger: setting.ledger, timeoutMs: 15_000, retries: 80 });
  const tally: Tally = {
    ...{ events: 0, deletes: 0, lost: 0, otherData: 0, withoutSecret: 0, twice: 0, givenUp: 0, orphans: 0 },
  };
  const scene = { setting, sender, tally, urls: dispatchers.map(({ url }) => url) };
  try {
    for (const way of ways) await deleteAndSendAgain(scene, way);
    await sendWhileDeleting(scene);
  } finally {
    sender.close();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  }
  return {
    ...{ faults: tally.deletes, events: tally.events },
    ...{ ackedButLost: tally.lost, jobsWithoutSecret: tally.withoutSecret, eventsWithTwoJobs: tally.twice },
    ...{ resets: 0, non2xx: 0, serverErrors: 0 },
    problems: [
      ...(tally.otherData === 0 ? [] : [`${tally.otherData} Jobs run on data that is not theirs`]),
      ...(tally.givenUp === 0 ? [] : [`${tally.givenUp} events were given up`]),
      ...(tally.orphans > 0 ? [] : ['no delete left a Secret over, so nothing was tried']),
    ],
    details: { ways: ways.length, otherData: tally.otherData, orphanedSecrets: tally.orphans },
  };
}

/** All Jobs at once, between two deliveries. */
async function deleteAndSendAgain(scene: Scene, way: Way): Promise<void> {
  const { setting, tally } = scene;
  const { events } = setting.sizes.deletes;
  const namespace = `deletes-${way.toLowerCase()}`;
  await setting.sinks(namespace, [sink]);
  const all = Array.from({ length: events }, (_, index) => String(index));
  await sendAll(scene, namespace, { ids: all, version: 'old' });
  await deleteJobs(scene, namespace, way);
  await sendAll(scene, namespace, { ids: all, version: 'new' });
  const found = await mountedEvents(setting.server, namespace);
  const expected = new Map(all.map((id) => [id, digest(eventOf(namespace, id, 'new').data)]));
  judge(tally, found, { ids: all, dataOf: (id) => expected.get(id) });
  tally.events += events;
  tally.orphans += await countOrphans(scene, namespace, found.length);
  setting.tell(`deletes: ${way}, ${events} events`);
}

/**
 * Deletes in turn while the same events come again and again. What a Job holds must have been under way when it was
 * made: older data would be a Secret that was left over.
 */
async function sendWhileDeleting(scene: Scene): Promise<void> {
  const { setting, sender, tally, urls } = scene;
  const { steady, steadyMs } = setting.sizes.deletes;
  const namespace = 'deletes-steady';
  await setting.sinks(namespace, [sink]);
  const until = performance.now() + steadyMs;
  const endedAt = new Map<string, number>();
  let version = 0;
  const send = async (index: number): Promise<void> => {
    do {
      const event = eventOf(namespace, String(index), String((version += 1)));
      const delivery = await sender.deliver(event, (seq) => urls[(version + seq) % urls.length]!);
      endedAt.set(digest(event.data), Date.now());
      if (!delivery.acked) tally.givenUp += 1;
    } while (performance.now() < until);
  };
  const sending = inParallel(steady, steady, send);
  for (let turn = 0; performance.now() < until; turn += 1) {
    await deleteJobs(scene, namespace, ways[turn % ways.length]!);
    await sleep(100);
  }
  await sending;
  // What was acknowledged a moment before its Job was deleted is gone by that delete; now none comes any more.
  const ids = Array.from({ length: steady }, (_, index) => String(index));
  await sendAll(scene, namespace, {
    ids,
    version: 'last',
    ended: (sha256) => endedAt.set(sha256, Date.now()),
  });
  const found = await mountedEvents(setting.server, namespace);
  const isFresh = ({ sha256 = '', createdAt }: MountedEvent): boolean =>
    (endedAt.get(sha256) ?? 0) >= createdAt;
  const stale = found.filter((each) => each.sha256 !== undefined && !isFresh(each));
  tally.otherData += stale.length;
  const byId = new Map(found.map(({ id, sha256 }) => [id, sha256]));
  judge(tally, found, { ids, dataOf: (id) => byId.get(id) });
  tally.events += version + steady;
}

/** What must be there. */
interface Expected {
  readonly ids: readonly string[];
  readonly dataOf: (id: string) => string | undefined;
}

function judge(tally: Tally, found: readonly MountedEvent[], { ids, dataOf }: Expected): void {
  const seen = new Set<string>();
  for (const { id, sha256 } of found) {
    if (seen.has(id)) tally.twice += 1;
    seen.add(id);
    if (sha256 === undefined) tally.withoutSecret += 1;
    else if (sha256 !== dataOf(id)) tally.otherData += 1;
  }
  tally.lost += ids.filter((id) => !seen.has(id)).length;
}

interface Batch {
  readonly ids: readonly string[];
  readonly version: string;
  readonly ended?: (sha256: string) => void;
}

async function sendAll(
  { sender, tally, urls }: Scene,
  namespace: string,
  { ids, version, ended }: Batch,
): Promise<void> {
  await inParallel(ids.length, atOnce, async (index) => {
    const event = eventOf(namespace, ids[index]!, version);
    const { acked } = await sender.deliver(event, (seq) => urls[(index + seq) % urls.length]!);
    ended?.(digest(event.data));
    if (!acked) tally.givenUp += 1;
  });
}

/**
 * By one request for all, as `kubectl delete --all` does not: its requests come one after the other. The API server ends
 * a request after a minute, which is not enough for a thousand Jobs on a machine that is busy; the next one goes on.
 */
async function deleteJobs({ setting, tally }: Scene, namespace: string, way: Way): Promise<void> {
  const query = way === 'default' ? '' : `?propagationPolicy=${way}`;
  const path = `/apis/batch/v1/namespaces/${namespace}/jobs${query}`;
  await setting.ledger.fault('delete', way);
  for (let requests = 1; ; requests += 1) {
    const { code, stdout, stderr } = await setting.server.tryKubectl(['delete', '--raw', path]);
    if (code === 0) {
      tally.deletes += (JSON.parse(stdout) as { items?: unknown[] }).items?.length ?? 0;
      return;
    }
    if (requests === mostRequests) throw new Error(`Jobs could not be deleted: ${stderr}`);
  }
}

/** Secrets that no Job of now owns; the garbage collector may not be through yet. */
async function countOrphans({ setting }: Scene, namespace: string, jobs: number): Promise<number> {
  const names = await setting.server.kubectl(['get', 'secrets', '-n', namespace, '-o', 'name']);
  return Math.max(0, names.trim().split('\n').length - jobs);
}

function eventOf(namespace: string, id: string, version: string): LedgerEvent {
  const data = JSON.stringify({ namespace, sink, id, version, text: 'x'.repeat(200) });
  return { namespace, sink, source: '/faults', id, data };
}
