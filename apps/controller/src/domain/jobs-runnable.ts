import type { ConditionFinding } from '@event-sinks/crds';
import { cut } from './admission/problem.ts';
import type { SinkJobs } from './job-states.ts';
import type { PodWait } from './pod-wait.ts';

const type = 'JobsRunnable';
const longestMessage = 700;

/** What the message is made from. */
export interface WaitingJobs {
  readonly jobs: Pick<SinkJobs, 'namespace' | 'waiting' | 'longestWaiting'>;
  readonly wait: PodWait;
  readonly startTimeoutMs: number;
  /** What the API server warned of in a dry run of the Job. */
  readonly warnings: string | undefined;
}

/** No Job has waited for long; says nothing of Jobs that failed. */
export const jobsRun: ConditionFinding = { type, status: 'True', severity: 'Info' };

/**
 * Whether the Jobs of a JobSink get running pods. Information only: its events are stored and acknowledged all the same, so
 * it does not count towards Ready, which the severity tells Knative too.
 */
export function jobsWaitFinding({ jobs, wait, startTimeoutMs, warnings }: WaitingJobs): ConditionFinding {
  const { waiting, longestWaiting = '', namespace } = jobs;
  const seconds = Math.round(startTimeoutMs / 1_000);
  const count = waiting === 1 ? '1 Job has' : `${waiting} Jobs have`;
  const longest = `The one that has waited longest is ${longestWaiting}`;
  const message =
    `${count} had no running pod for more than ${seconds} s. ${longest}: ${cause(wait, warnings)} ` +
    `Run "kubectl describe ${subject(wait)} -n ${namespace}".`;
  return {
    ...{ type, status: 'False', severity: 'Info', reason: wait.reason },
    message: cut(message.replace('<job>', longestWaiting), longestMessage),
  };
}

function cause({ reason, text }: PodWait, warnings: string | undefined): string {
  if (reason === 'PodsNotReady') return 'its pod is not ready.';
  if (reason !== 'PodsNotCreated') return `${text.replace(/\.$/, '')}.`;
  const warned = warnings === undefined ? '' : ` The API server warns of its template: ${warnings}.`;
  return `the Job controller has not created its pod; Pod Security, a quota on pods, or a ServiceAccount that does not exist are common causes.${warned}`;
}

function subject({ reason }: PodWait): string {
  return reason === 'PodsNotCreated' ? 'job <job>' : 'pods -l batch.kubernetes.io/job-name=<job>';
}
