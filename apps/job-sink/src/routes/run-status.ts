import { SinkError } from '@event-sinks/errors';
import {
  eventDigestOf,
  identify,
  jobOutcome,
  parseRunLocation,
  runLocation,
  type JobOutcome,
  type RunAddress,
} from '@event-sinks/job-plan';
import { isNotFound, jobs, toSinkError, type KubeClient } from '@event-sinks/kube';
import type { Clock } from '@event-sinks/runtime';
import type { JobSinkDirectory } from '../adapters/job-sink-directory.ts';
import { createAnswerCache } from './answer-cache.ts';

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
  readonly client: Pick<KubeClient, 'get'>;
  readonly directory: Pick<JobSinkDirectory, 'find'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Milliseconds for the look at the Job. */
  readonly timeoutMs: number;
  /** Questions that wait for the API server at a time: anybody may ask, and each costs a call. */
  readonly maxInFlight: number;
  /** Milliseconds for which an answer is given again without asking. */
  readonly cacheAgeMs: number;
  /** Answers that are kept. */
  readonly cacheSize: number;
}

/** Looks each Job up by the name that the event gives it: one call, and its answer serves whoever asks next. */
export function createRunStatusReader(options: RunStatusOptions): RunStatusReader {
  const { clock, directory, maxInFlight, cacheAgeMs, cacheSize } = options;
  const cache = createAnswerCache<JobOutcome | 'missing'>({
    ...{ clock, ageMs: cacheAgeMs, size: cacheSize },
    // The event may be stored in the next moment, and its sender follow the location.
    isKept: (outcome) => outcome !== 'missing',
  });
  let inFlight = 0;
  const look = async (question: Question): Promise<JobOutcome | 'missing'> => {
    if (inFlight >= maxInFlight) throw new SinkError('Overloaded');
    inFlight += 1;
    try {
      return await lookUp(options, question);
    } finally {
      inFlight -= 1;
    }
  };
  return {
    async read(target) {
      const run = parseRunLocation(target);
      if (run === undefined) return undefined;
      const { uid } = directory.find(run.namespace, run.name);
      const { jobName, digest } = identify(run.name, { jobSinkUid: uid, ...run });
      const question = { namespace: run.namespace, jobName, digest };
      const outcome = await cache.get(`${run.namespace}/${digest}`, () => look(question));
      return statusOf(run, outcome);
    },
  };
}

interface Question {
  readonly namespace: string;
  readonly jobName: string;
  readonly digest: string;
}

async function lookUp(
  { client, timeoutMs }: RunStatusOptions,
  { namespace, jobName, digest }: Question,
): Promise<JobOutcome | 'missing'> {
  try {
    const job = await client.get(jobs, { namespace, name: jobName }, { timeoutMs });
    return eventDigestOf(job) === digest ? jobOutcome(job) : 'missing';
  } catch (error) {
    if (isNotFound(error)) return 'missing';
    throw toSinkError(error);
  }
}

function statusOf(run: RunAddress, outcome: JobOutcome | 'missing'): RunStatus {
  return outcome === 'running' ? { outcome, location: runLocation(run) } : { outcome };
}
