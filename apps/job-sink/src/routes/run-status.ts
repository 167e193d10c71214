import { eventDigestAnnotation } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import { identify, jobOutcome, parseRunLocation, runLocation, type RunAddress } from '@event-sinks/job-plan';
import { isNotFound, jobs, toSinkError, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { JobSinkDirectory } from '../adapters/job-sink-directory.ts';

/** What is answered to a question about the run of an event. */
export type RunStatus =
  | { readonly outcome: 'running'; readonly location: string | undefined }
  | { readonly outcome: 'complete' | 'failed' | 'missing' };

/** Answers questions about runs. */
export interface RunStatusReader {
  /**
   * @returns undefined when the target is no location of a run.
   * @throws SinkError when the sink is unknown, when too much is asked at once, or when the API server fails.
   */
  read(target: string): Promise<RunStatus | undefined>;
}

/** What a {@link RunStatusReader} works with. */
export interface RunStatusOptions {
  readonly client: KubeClient;
  readonly directory: Pick<JobSinkDirectory, 'find'>;
  /** Milliseconds for the look at the Job. */
  readonly timeoutMs: number;
  /** Questions at a time: each costs a call, and events need the connections too. */
  readonly maxInFlight: number;
}

/** Looks each Job up as it is now, by the name that the event gives it: one call, and nothing is remembered. */
export function createRunStatusReader(options: RunStatusOptions): RunStatusReader {
  let inFlight = 0;
  return {
    async read(target) {
      const run = parseRunLocation(target);
      if (run === undefined) return undefined;
      const { uid } = options.directory.find(run.namespace, run.name);
      if (inFlight >= options.maxInFlight) throw new SinkError('Overloaded');
      inFlight += 1;
      try {
        return statusOf(run, await findJob(options, run, uid));
      } finally {
        inFlight -= 1;
      }
    },
  };
}

async function findJob(
  { client, timeoutMs }: RunStatusOptions,
  run: RunAddress,
  jobSinkUid: string,
): Promise<KubeObject | undefined> {
  const { jobName, digest } = identify(run.name, { jobSinkUid, ...run });
  try {
    const job = await client.get(jobs, { namespace: run.namespace, name: jobName }, { timeoutMs });
    return job.metadata.annotations?.[eventDigestAnnotation] === digest ? job : undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw toSinkError(error);
  }
}

function statusOf(run: RunAddress, job: KubeObject | undefined): RunStatus {
  if (job === undefined) return { outcome: 'missing' };
  const outcome = jobOutcome(job);
  return outcome === 'running' ? { outcome, location: runLocation(run) } : { outcome };
}
