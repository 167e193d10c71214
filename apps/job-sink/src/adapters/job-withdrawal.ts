import { isRefused, refusedAnnotation, withdrawMs, type DispatchPlan } from '@event-sinks/job-plan';
import { isConflict, isNotFound, jobs, type KubeObject } from '@event-sinks/kube';
import { targetOf, uidOf, type EventJob, type JobWriterOptions } from './event-job.ts';
import { isProven } from './job-confirmation.ts';

/** How often a Job that changes under our hands is read again. */
const maxReads = 5;

/** What became of the Job: a copy of the event has stored its Secret; it is gone; or the sweep has to remove it. */
export type Withdrawal = 'stored' | 'gone' | 'left';

/**
 * Takes back a Job that this request has made and whose Secret was refused. A concurrent copy of the event may have
 * found the Job and stored the Secret all the same, in the last place of a quota for example. It then has left a mark on
 * the Job, or still has to, so what is marked and deleted here is the Job at a version without one; see `sweep-pact.ts`
 * of job-plan. Never throws: the sweep finishes what is left.
 */
export async function withdrawJob(
  options: JobWriterOptions,
  plan: DispatchPlan,
  { made, elapsedMs }: { readonly made: EventJob; readonly elapsedMs: () => number },
): Promise<Withdrawal> {
  let seen = made.job;
  try {
    for (let reads = 0; reads < maxReads && elapsedMs() < withdrawMs; reads += 1) {
      if (isProven(seen)) return 'stored';
      if (await remove(options, plan, seen)) return 'gone';
      seen = await options.client.get(jobs, targetOf(plan));
      if (uidOf(seen) !== made.uid || seen.metadata.deletionTimestamp !== undefined) return 'gone';
    }
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    options.logger.warn('A Job without its event could not be removed', { ...targetOf(plan), error });
  }
  return 'left';
}

/** @returns false when the Job is no longer what was seen. */
async function remove(
  { client }: JobWriterOptions,
  plan: DispatchPlan,
  { metadata: { uid = '', resourceVersion = '' } }: KubeObject,
): Promise<boolean> {
  const target = targetOf(plan);
  const change = { metadata: { annotations: { [refusedAnnotation]: uid } } };
  try {
    const pinned = { ...target, resourceVersion };
    const marked = await client.patch<KubeObject>(jobs, pinned, change, { answer: 'metadata' });
    if (!isRefused(marked)) return false;
    await client.delete(jobs, target, { uid, resourceVersion: marked.metadata.resourceVersion });
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
}
