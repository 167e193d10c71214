import type { ConditionFinding, JobSink } from '@event-sinks/crds';
import { isForbidden, pods, type KubeClient } from '@event-sinks/kube';
import type { Clock } from '@event-sinks/runtime';
import type { SinkJobs } from '../domain/job-states.ts';
import { jobsRun, jobsWaitFinding } from '../domain/jobs-runnable.ts';
import { podWait, type PodWait } from '../domain/pod-wait.ts';

/** Finds out why the Jobs of a JobSink wait, if they do. */
export interface JobsCondition {
  /** @param template what is known of the template, whose warnings may be the cause. */
  find(
    sink: JobSink,
    jobs: SinkJobs,
    context: { readonly template: ConditionFinding; readonly signal: AbortSignal },
  ): Promise<ConditionFinding>;
}

/** What a {@link JobsCondition} works with. */
export interface JobsConditionOptions {
  readonly client: Pick<KubeClient, 'list'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly startTimeoutMs: number;
}

/** Pods of one Job that are looked at; Jobs may run many at once. */
const mostPods = 5;

/** Milliseconds after which the pods are looked at again. */
const freshMs = 30_000;

/** Causes are remembered for so many Jobs; what is forgotten is asked again. */
const mostRemembered = 1_000;

interface Seen {
  readonly at: number;
  readonly wait: PodWait;
}

/** Pods are listed for one waiting Job of a JobSink, twice a minute at most. */
export function createJobsCondition({ client, clock, startTimeoutMs }: JobsConditionOptions): JobsCondition {
  const seen = new Map<string, Seen>();
  const waitOf = async (namespace: string, job: string, signal: AbortSignal): Promise<PodWait> => {
    const key = `${namespace}/${job}`;
    const last = seen.get(key);
    if (last !== undefined && clock.monotonic() - last.at < freshMs) return last.wait;
    const wait = await readWait(client, { namespace, job, signal });
    seen.delete(key);
    seen.set(key, { at: clock.monotonic(), wait });
    const [oldest] = seen.keys();
    if (seen.size > mostRemembered && oldest !== undefined) seen.delete(oldest);
    return wait;
  };
  return {
    async find({ metadata: { namespace } }, jobs, { template, signal }) {
      const { longestWaiting } = jobs;
      if (longestWaiting === undefined) return jobsRun;
      const wait = await waitOf(namespace, longestWaiting, signal);
      const warnings = template.reason === 'JobTemplateWarnings' ? template.message : undefined;
      return jobsWaitFinding({ jobs, wait, startTimeoutMs, warnings });
    },
  };
}

async function readWait(
  client: JobsConditionOptions['client'],
  { namespace, job, signal }: { namespace: string; job: string; signal: AbortSignal },
): Promise<PodWait> {
  const labelSelector = `batch.kubernetes.io/job-name=${job}`;
  try {
    return podWait((await client.list(pods, { namespace, labelSelector, limit: mostPods, signal })).items);
  } catch (error) {
    // Rights and code of two versions, as during an upgrade. That the Job waits is known all the same.
    if (isForbidden(error)) return { reason: 'PodsNotReady', text: '' };
    throw error;
  }
}
