import { SinkError } from '@event-sinks/errors';
import {
  hasStarted,
  isRefused,
  isStored,
  jobOutcome,
  refusedAnnotation,
  storedAnnotation,
  withdrawnMs,
  type DispatchPlan,
} from '@event-sinks/job-plan';
import { findKubeApiError, isConflict, isNotFound, jobs, type KubeObject } from '@event-sinks/kube';
import { readJob, targetOf, type EventJob, type JobWriterOptions } from './event-job.ts';

/** How often a Job that changes under our hands is read again. */
const maxReads = 8;

/** Whether this very request stored the Secret, or it was there. */
export type SecretState = 'created' | 'found';

/** What is confirmed. */
export interface Confirmed {
  /** Of the Job that the Secret was stored for. */
  readonly uid: string;
  /** The Job as it was read. */
  readonly found: EventJob;
  readonly secret: SecretState;
}

/** Whether a look at the Job proves that its event is stored. */
export const isProven = (job: KubeObject): boolean => isStored(job) || hasStarted(job);

/**
 * Makes sure that a Job which another has made stays, now that its Secret is there: leaves the mark `stored` on it, by
 * which neither its maker nor the sweep removes it (see `sweep-pact.ts` of job-plan). A Job that failed before it had
 * its event, for a deadline of its own, is removed, to make room for another.
 * @throws SinkError `JobConflict` when the Job does not stay.
 */
export async function confirmStored(
  options: JobWriterOptions,
  plan: DispatchPlan,
  { uid, found, secret }: Confirmed,
): Promise<void> {
  let current = found;
  for (let reads = 0; reads < maxReads; reads += 1) {
    if (current.uid !== uid) throw new SinkError('JobConflict', { detail: 'the Job was replaced meanwhile' });
    if (secret === 'created' && jobOutcome(current.job) === 'failed') await replaceFailed(options, plan, uid);
    if (isProven(current.job) || (await mark(options, plan, current))) return;
    current = await readJob(options.client, plan);
  }
  throw new SinkError('JobConflict', { detail: 'the Job changes all the time' });
}

/** @returns false when the Job is no longer what was read. */
async function mark(options: JobWriterOptions, plan: DispatchPlan, { job, uid }: EventJob): Promise<boolean> {
  const target = { ...targetOf(plan), resourceVersion: job.metadata.resourceVersion ?? '' };
  const change = { metadata: { annotations: { [storedAnnotation]: uid, [refusedAnnotation]: null } } };
  let refusal: unknown = new SinkError('JobConflict', { detail: 'an admission plugin drops annotations' });
  try {
    const marked = await options.client.patch<KubeObject>(jobs, target, change, { answer: 'metadata' });
    if (isStored(marked)) return true;
  } catch (error) {
    if (isConflict(error) || isNotFound(error)) return false;
    if (findKubeApiError(error)?.status === undefined) throw error;
    refusal = error;
  }
  await waitUnmarked(options, plan, { uid, refusal });
  return true;
}

/**
 * Where a policy, or a webhook that is down, forbids changes of Jobs, whoever made this one cannot mark it either. But
 * it may have been about to when the policy came.
 * @throws `refusal` when the Job is marked after all.
 */
async function waitUnmarked(
  { client, clock }: JobWriterOptions,
  plan: DispatchPlan,
  { uid, refusal }: { readonly uid: string; readonly refusal: unknown },
): Promise<void> {
  await clock.sleep(withdrawnMs);
  const later = await readJob(client, plan);
  if (later.uid !== uid || isRefused(later.job)) throw refusal;
}

async function replaceFailed(
  { client, logger }: JobWriterOptions,
  plan: DispatchPlan,
  uid: string,
): Promise<never> {
  const target = targetOf(plan);
  await client.delete(jobs, target, { uid }).catch((error: unknown) => {
    logger.warn('A Job that failed without its event could not be removed', { ...target, error });
  });
  throw new SinkError('JobConflict', { detail: 'the Job had failed before it had its event' });
}
