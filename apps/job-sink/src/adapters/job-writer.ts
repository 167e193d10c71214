import { unseenStoreMs, type DispatchPlan, type SecretOwner } from '@event-sinks/job-plan';
import {
  findKubeApiError,
  isAlreadyExists,
  secrets,
  toSinkError,
  type KubeClient,
  type KubeObject,
} from '@event-sinks/kube';
import { traced, type Clock, type Span } from '@event-sinks/runtime';
import { ensureJob, readJob, type EventJob, type JobWriterOptions } from './event-job.ts';
import { confirmStored, isProven, type SecretState } from './job-confirmation.ts';
import { withdrawJob } from './job-withdrawal.ts';

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

/**
 * The Job comes first and the Secret, which it owns, second. The Job is never the proof that an event is stored:
 * a redelivery that finds it still makes sure of the Secret, whose absence is how a crash between the two shows. The
 * name of the Secret is the Job's alone, so that one which is there already can only have been made for it.
 */
export function createJobWriter(options: JobWriterOptions): JobWriter {
  return {
    async ensure(plan, deadline, span) {
      try {
        const elapsedMs = stopwatch(options.clock);
        const job = await traced(span, 'create Job', () => ensureJob(options.client, plan, deadline));
        await traced(span, 'create Secret', () =>
          job.created
            ? completeMade(options, plan, { made: job, elapsedMs })
            : completeFound(options, plan, job),
        );
      } catch (error) {
        throw toSinkError(error);
      }
    },
  };
}

async function completeMade(
  options: JobWriterOptions,
  plan: DispatchPlan,
  request: { readonly made: EventJob; readonly elapsedMs: () => number },
): Promise<void> {
  const { made, elapsedMs } = request;
  let secret: SecretState;
  try {
    secret = await ensureSecret(options.client, plan, made);
  } catch (refusal) {
    if (isRefusal(refusal) && (await withdrawJob(options, plan, request)) === 'stored') return;
    throw refusal;
  }
  if (elapsedMs() < unseenStoreMs) return;
  const found = await readJob(options.client, plan);
  await confirmStored(options, plan, { uid: made.uid, found, secret });
}

async function completeFound(options: JobWriterOptions, plan: DispatchPlan, found: EventJob): Promise<void> {
  let secret: SecretState;
  try {
    secret = await ensureSecret(options.client, plan, found);
  } catch (refusal) {
    if (isProven(found.job)) return;
    throw refusal;
  }
  if (!isProven(found.job)) await confirmStored(options, plan, { uid: found.uid, found, secret });
}

async function ensureSecret(client: KubeClient, plan: DispatchPlan, job: SecretOwner): Promise<SecretState> {
  try {
    await client.create<KubeObject>(secrets, plan.secretFor(job), { answer: 'metadata' });
    return 'created';
  } catch (error) {
    if (isAlreadyExists(error)) return 'found';
    throw error;
  }
}

/** The API server has said no, for a while at least, and the Secret is not there by this request. */
function isRefusal(error: unknown): boolean {
  const status = findKubeApiError(error)?.status ?? 0;
  return [400, 403, 413, 422].includes(status);
}

/** Counts by both clocks: the monotonic one stands still while a machine sleeps, the other may be set back. */
function stopwatch(clock: Clock): () => number {
  const [wall, monotonic] = [clock.now(), clock.monotonic()];
  return () => Math.max(clock.now() - wall, clock.monotonic() - monotonic);
}
