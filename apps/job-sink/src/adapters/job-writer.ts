import { eventDigestAnnotation } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import {
  findKubeApiError,
  isAlreadyExists,
  isNotFound,
  jobs,
  secrets,
  toSinkError,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import { traced, type Clock, type Logger, type Span } from '@event-sinks/runtime';
import { isSwept, jobOutcome, unseenStoreMs, type DispatchPlan, type Manifest } from '@event-sinks/job-plan';

/** Stores an event: resolves when its Job and its Secret are there. */
export interface JobWriter {
  /**
   * @param deadline ends the wait for the Job. Once that is there the Secret is tried to its end, since a Job
   * without one is worse than a late answer.
   * @param span of the request, under which the writes get spans of their own.
   * @throws SinkError whose code tells the sender whether to try again.
   */
  ensure(plan: DispatchPlan, deadline: AbortSignal, span?: Span): Promise<void>;
}

/** What a {@link JobWriter} works with. */
export interface JobWriterOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The Job comes first and the Secret, which it owns, second. The Job is never the proof that an event is stored:
 * a redelivery that finds it still makes sure of the Secret, whose absence is how a crash between the two shows.
 */
export function createJobWriter(options: JobWriterOptions): JobWriter {
  return {
    async ensure(plan, deadline, span) {
      try {
        const elapsedMs = stopwatch(options.clock);
        const job = await traced(span, 'create Job', () => ensureJob(options.client, plan, deadline));
        const secret = await traced(span, 'create Secret', () => ensureSecret(options, plan, job));
        if (!job.created || elapsedMs() >= unseenStoreMs) await assertOfUse(options, plan, job, secret);
      } catch (error) {
        throw toSinkError(error);
      }
    },
  };
}

interface EnsuredJob {
  readonly uid: string;
  /** Whether this very request made it. */
  readonly created: boolean;
}

async function ensureJob(client: KubeClient, plan: DispatchPlan, signal: AbortSignal): Promise<EnsuredJob> {
  try {
    const job = await client.create<KubeObject>(jobs, plan.job, { signal, answer: 'metadata' });
    return { uid: uidOf(job), created: true };
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  return { uid: uidOf(await existingJob(client, plan, signal)), created: false };
}

/** The Job that already has this event's name, if it is this event's. */
async function existingJob(
  client: KubeClient,
  plan: DispatchPlan,
  signal?: AbortSignal,
): Promise<KubeObject> {
  const target = { namespace: plan.namespace, name: plan.jobName };
  const job = await client.get(jobs, target, { signal }).catch((error: unknown) => {
    // Deleted between the two calls; the sender's next try makes it anew.
    throw isNotFound(error) ? new SinkError('JobConflict', { cause: error }) : error;
  });
  const { deletionTimestamp, annotations, ownerReferences } = job.metadata;
  if (deletionTimestamp !== undefined)
    throw new SinkError('JobConflict', { detail: 'the Job is being deleted' });
  if (isSwept(job)) throw new SinkError('JobConflict', { detail: 'the Job is about to be swept' });
  const isOurs =
    annotations?.[eventDigestAnnotation] === plan.digest &&
    ownerReferences?.some(({ uid }) => uid === plan.jobSinkUid) === true;
  if (!isOurs) throw new SinkError('JobConflict', { detail: 'a Job of that name belongs to something else' });
  return job;
}

/**
 * A Job that was there for a while may be on the sweep's list. Only a look that comes after the Secret can tell
 * that it stays, see `sweep-pact.ts` of job-plan. And it may have failed before it had its event, for a deadline
 * of its own: it then makes room for another, since this one has not done what the event asked for.
 */
async function assertOfUse(
  options: JobWriterOptions,
  plan: DispatchPlan,
  { uid }: EnsuredJob,
  secret: EnsuredSecret,
): Promise<void> {
  const job = await existingJob(options.client, plan);
  if (uidOf(job) !== uid) throw new SinkError('JobConflict', { detail: 'the Job was replaced meanwhile' });
  if (secret === 'created' && jobOutcome(job) === 'failed') {
    await removeJob(options, plan, { uid });
    throw new SinkError('JobConflict', { detail: 'the Job had failed before it had its event' });
  }
}

/** Counts by both clocks: the monotonic one stands still while a machine sleeps, the other may be set back. */
function stopwatch(clock: Clock): () => number {
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  return () => Math.max(clock.now() - wall, clock.monotonic() - monotonic);
}

/** Whether the Secret is this very request's, or was there. */
type EnsuredSecret = 'created' | 'found';

async function ensureSecret(
  options: JobWriterOptions,
  plan: DispatchPlan,
  job: EnsuredJob,
): Promise<EnsuredSecret> {
  const secret = plan.secretFor(job.uid);
  try {
    if (await createOnce(options.client, secret)) return 'created';
    for (let wait = 0; job.created && wait < leftoverWaits; wait += 1) {
      await options.clock.sleep(leftoverWaitMs);
      if (await createOnce(options.client, secret)) return 'created';
    }
    return 'found';
  } catch (error) {
    if (job.created && isRefusedForGood(error)) await removeJob(options, plan, job);
    throw error;
  }
}

/** @returns false when there is a Secret of that name. */
async function createOnce(client: KubeClient, secret: Manifest): Promise<boolean> {
  try {
    await client.create<KubeObject>(secrets, secret, { answer: 'metadata' });
    return true;
  } catch (error) {
    if (isAlreadyExists(error)) return false;
    throw error;
  }
}

/**
 * A Secret that was there before its Job is either a concurrent copy's, made for our Job in the last instant, or
 * the left-over of a deleted Job of the same event, which the garbage collector is about to remove. Its owner
 * cannot be read (we have no right to read Secrets), but a left-over gives way within this time, and then the
 * create succeeds.
 */
const leftoverWaits = 6;
const leftoverWaitMs = 300;

/**
 * Only what the content itself decides, and so every copy of this event meets alike: after a refusal for other
 * reasons, a quota's say, a concurrent copy may have stored the Secret and been acknowledged.
 */
function isRefusedForGood(error: unknown): boolean {
  const status = findKubeApiError(error)?.status;
  return status === 413 || status === 422;
}

async function removeJob(
  { client, logger }: JobWriterOptions,
  plan: DispatchPlan,
  { uid }: Pick<EnsuredJob, 'uid'>,
): Promise<void> {
  const target = { namespace: plan.namespace, name: plan.jobName };
  try {
    await client.delete(jobs, target, { uid });
  } catch (error) {
    logger.warn('A Job without its event could not be removed', { ...target, error });
  }
}

function uidOf(object: KubeObject): string {
  const { uid } = object.metadata;
  if (uid === undefined)
    throw new SinkError('ApiServerUnavailable', { detail: 'an object came back without a uid' });
  return uid;
}
