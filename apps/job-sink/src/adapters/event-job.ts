import { SinkError } from '@event-sinks/errors';
import { eventDigestOf, eventSecretName, isSwept, type DispatchPlan } from '@event-sinks/job-plan';
import {
  findKubeApiError,
  isAlreadyExists,
  isNotFound,
  jobs,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';

/** What writing works with. */
export interface JobWriterOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The Job of an event, and the name of the Secret that its pods mount. */
export interface EventJob {
  /** As it was read; of one that was just created, what came back. */
  readonly job: KubeObject;
  readonly uid: string;
  readonly secretName: string;
  /** Whether this very request made it. */
  readonly created: boolean;
}

/**
 * Makes the Job, or finds it. Whatever the reason for which a create is refused, a quota, a policy or a webhook that is
 * down, says nothing about an event that is stored already, so the Job is looked for in any case.
 * @throws SinkError, or the refusal when there is no Job.
 */
export async function ensureJob(
  client: KubeClient,
  plan: DispatchPlan,
  signal: AbortSignal,
): Promise<EventJob> {
  try {
    const job = await client.create<KubeObject>(jobs, plan.job(), { signal, answer: 'metadata' });
    return { job, uid: uidOf(job), secretName: plan.secretName, created: true };
  } catch (refusal) {
    if (isAlreadyExists(refusal)) return readJob(client, plan, signal);
    if (isUnanswered(refusal)) throw refusal;
    const job = await client.get(jobs, targetOf(plan), { signal }).catch(() => {
      throw refusal;
    });
    return checked(plan, job);
  }
}

/**
 * Reads the Job that already has this event's name.
 * @throws SinkError `JobConflict` unless it is this event's and stays.
 */
export async function readJob(
  client: KubeClient,
  plan: DispatchPlan,
  signal?: AbortSignal,
): Promise<EventJob> {
  const job = await client.get(jobs, targetOf(plan), { signal }).catch((error: unknown) => {
    // Deleted between the two calls; the sender's next try makes it anew.
    throw isNotFound(error) ? new SinkError('JobConflict', { cause: error }) : error;
  });
  return checked(plan, job);
}

/** Where the Job of an event is. */
export function targetOf({ namespace, jobName }: DispatchPlan) {
  return { namespace, name: jobName };
}

/** @throws SinkError when the API server left it out. */
export function uidOf({ metadata: { uid } }: KubeObject): string {
  if (uid === undefined)
    throw new SinkError('ApiServerUnavailable', { detail: 'an object came back without a uid' });
  return uid;
}

function checked(plan: DispatchPlan, job: KubeObject): EventJob {
  const { deletionTimestamp, ownerReferences } = job.metadata;
  if (deletionTimestamp !== undefined) throw conflict('the Job is being deleted');
  if (isSwept(job)) throw conflict('the Job is about to be swept');
  const isOurs =
    eventDigestOf(job) === plan.digest &&
    ownerReferences?.some(({ uid }) => uid === plan.jobSinkUid) === true;
  const secretName = eventSecretName(job);
  if (!isOurs || secretName === undefined) throw conflict('a Job of that name belongs to something else');
  return { job, uid: uidOf(job), secretName, created: false };
}

const conflict = (detail: string): SinkError => new SinkError('JobConflict', { detail });

/** Nobody said no: the API server is out of reach, and asking it again at once would not help. */
function isUnanswered(error: unknown): boolean {
  const failure = findKubeApiError(error);
  return failure !== undefined && failure.status === undefined;
}
