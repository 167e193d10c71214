import { jobSinkIdLabel, jobSinkNameLabel } from '@event-sinks/crds';
import { eventSecretName, isRefused, isSwept, knownMissingMs, sweptAnnotation } from '@event-sinks/job-plan';
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  jobs,
  secrets,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import { hadItsEvent } from '../domain/sweep.ts';
import type { SweepMemory } from '../domain/sweep-memory.ts';

/**
 * What a look at a Job came to: it has its event; it lacks the Secret, but not for long enough; somebody else
 * changed it at the same time; or it was removed.
 */
export type SweepResult = 'stored' | 'waiting' | 'changed' | 'removed';

/** What {@link sweepJob} works with. */
export interface SweepJobOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memory: SweepMemory;
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
}

/**
 * Removes a Job whose event was never stored, and so never acknowledged: marks it, looks for the Secret once more,
 * deletes it as it was marked. Why no acknowledged event can be lost that way is said in `sweep-pact.ts` of
 * job-plan. The resource version in the delete is for a second sweep: one that was paused here while another took
 * the mark off again, since the Secret had come, must not go on.
 * @throws when nobody can tell whether the Secret is there; the mark is then taken off if that can be done.
 */
export async function sweepJob(
  options: SweepJobOptions,
  job: KubeObject,
  signal: AbortSignal,
): Promise<SweepResult> {
  if (isGivenUp(job)) return remove(options, job, signal);
  if (await isStored(options, job, signal)) {
    options.memory.noteStored(job.metadata.uid ?? '');
    if (isSwept(job)) await mark(options, job, { value: null, signal });
    return 'stored';
  }
  if (isSwept(job)) return remove(options, job, signal);
  if (!isKnownMissing(options, job)) return 'waiting';
  const marked = await mark(options, job, { value: job.metadata.uid ?? '', signal });
  // An admission plugin may have dropped the annotation.
  return marked !== undefined && isSwept(marked) ? sweepJob(options, marked, signal) : 'changed';
}

/** Its maker has said so, and nobody has contradicted: that needs no look, which a full quota would not answer. */
const isGivenUp = (job: KubeObject): boolean => isRefused(job) && !hadItsEvent(job);

async function isStored(options: SweepJobOptions, job: KubeObject, signal: AbortSignal): Promise<boolean> {
  if (hadItsEvent(job)) return true;
  try {
    return await hasSecret(options.client, job, signal);
  } catch (error) {
    if (isSwept(job)) await mark(options, job, { value: null, signal });
    throw error;
  }
}

/**
 * A create that is only tried: the API server answers 409 for a name that is taken, from its storage and not from
 * a cache, and stores nothing. A quota, a policy or a fault may refuse it before it comes so far, which says
 * nothing about the Secret.
 */
async function hasSecret(client: KubeClient, job: KubeObject, signal: AbortSignal): Promise<boolean> {
  const { namespace = '', labels = {} } = job.metadata;
  const name = eventSecretName(job);
  if (name === undefined) throw new Error('the template of the Job names no Secret of ours');
  const kept = [jobSinkNameLabel, jobSinkIdLabel].map((label) => [label, labels[label] ?? ''] as const);
  const metadata = { name, namespace, labels: Object.fromEntries(kept) };
  try {
    await client.create<KubeObject>(
      secrets,
      { apiVersion: 'v1', kind: 'Secret', metadata },
      { dryRun: true, signal },
    );
    return false;
  } catch (error) {
    if (isAlreadyExists(error)) return true;
    throw error;
  }
}

function isKnownMissing({ clock, memory }: SweepJobOptions, { metadata }: KubeObject): boolean {
  const now = clock.monotonic();
  return now - memory.noteMissing(metadata.uid ?? '', now) >= knownMissingMs;
}

/** @returns undefined when the Job is no longer what was looked at. */
async function mark(
  { client, fence }: SweepJobOptions,
  { metadata }: KubeObject,
  { value, signal }: { readonly value: string | null; readonly signal: AbortSignal },
): Promise<KubeObject | undefined> {
  const { namespace, name, resourceVersion = '' } = metadata;
  const change = { metadata: { annotations: { [sweptAnnotation]: value } } };
  fence();
  return unlessChanged(client.patch(jobs, { namespace, name, resourceVersion }, change, { signal }));
}

async function remove(
  { client, clock, fence, logger }: SweepJobOptions,
  { metadata }: KubeObject,
  signal: AbortSignal,
): Promise<SweepResult> {
  const { namespace, name, uid, resourceVersion, creationTimestamp = '', labels } = metadata;
  const pinned = { uid, resourceVersion, propagationPolicy: 'Background', signal } as const;
  fence();
  const removed = await unlessChanged(
    client.delete(jobs, { namespace, name }, pinned).then(() => 'removed' as const),
  );
  if (removed === undefined) return 'changed';
  logger.info('A Job was removed whose event was never stored', {
    ...{ namespace, job: name, sink: labels?.[jobSinkNameLabel] },
    ageSeconds: Math.round((clock.now() - Date.parse(creationTimestamp)) / 1_000),
  });
  return removed;
}

async function unlessChanged<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return undefined;
    throw error;
  }
}
