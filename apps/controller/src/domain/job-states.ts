import { jobSinkNameLabel } from '@event-sinks/crds';
import { jobOutcome } from '@event-sinks/job-plan';
import type { KubeObject } from '@event-sinks/kube';
import { isEventJob } from './event-job.ts';

/** The Jobs of one JobSink that exist. */
export interface SinkJobs {
  readonly namespace: string;
  readonly sink: string;
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  /** Of the active ones, those that have been without a running pod for longer than they may. */
  readonly waiting: number;
  /** The name of the one that has waited longest. */
  readonly longestWaiting?: string;
}

/** When a Job counts as waiting. */
export interface WaitLimit {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly startTimeoutMs: number;
}

/** A JobSink without Jobs. */
export const noJobs = { active: 0, succeeded: 0, failed: 0, waiting: 0 } as const;

interface Count {
  readonly namespace: string;
  readonly sink: string;
  active: number;
  succeeded: number;
  failed: number;
  waiting: number;
  longest: { readonly name: string; readonly since: number } | undefined;
}

const countOf = { running: 'active', complete: 'succeeded', failed: 'failed' } as const;

/** Counts Jobs by JobSink, page by page, so that no page has to be kept. */
export class JobStates {
  readonly #counts = new Map<string, Count>();
  readonly #limit: WaitLimit;

  constructor(limit: WaitLimit) {
    this.#limit = limit;
  }

  add(jobs: readonly KubeObject[]): void {
    for (const job of jobs) {
      const uid = job.metadata.ownerReferences?.find(({ kind }) => kind === 'JobSink')?.uid;
      if (uid !== undefined && isEventJob(job)) this.#count(this.#countFor(uid, job), job);
    }
  }

  /** By the uid of the JobSink. */
  all(): ReadonlyMap<string, SinkJobs> {
    const entries = [...this.#counts].map(([uid, { longest, ...count }]) => {
      return [uid, longest === undefined ? count : { ...count, longestWaiting: longest.name }] as const;
    });
    return new Map(entries);
  }

  #countFor(uid: string, { metadata }: KubeObject): Count {
    const found = this.#counts.get(uid);
    if (found !== undefined) return found;
    const { namespace = '', labels = {} } = metadata;
    const sink = labels[jobSinkNameLabel] ?? '';
    const count: Count = { namespace, sink, ...noJobs, longest: undefined };
    this.#counts.set(uid, count);
    return count;
  }

  #count(count: Count, job: KubeObject): void {
    count[countOf[jobOutcome(job)]] += 1;
    const since = waitingSince(job);
    if (since === undefined || this.#limit.now - since < this.#limit.startTimeoutMs) return;
    count.waiting += 1;
    if (count.longest === undefined || since < count.longest.since)
      count.longest = { name: job.metadata.name, since };
  }
}

interface JobStatus {
  readonly startTime?: string;
  readonly ready?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly uncountedTerminatedPods?: { readonly succeeded?: unknown[]; readonly failed?: unknown[] };
}

/**
 * When a Job began that has had no running pod since; undefined for one that had, has ended, or is not to run yet. One that
 * the Job controller has not looked at counts from its creation.
 */
export function waitingSince(job: KubeObject): number | undefined {
  if (jobOutcome({ ...job }) !== 'running' || job.metadata.deletionTimestamp !== undefined) return undefined;
  if ((job['spec'] as { suspend?: boolean } | undefined)?.suspend === true) return undefined;
  const status = (job['status'] ?? {}) as JobStatus;
  if (hadPods(status)) return undefined;
  const since = Date.parse(status.startTime ?? job.metadata.creationTimestamp ?? '');
  return Number.isNaN(since) ? undefined : since;
}

/** A pod of the Job runs or has ended. */
function hadPods({
  ready = 0,
  succeeded = 0,
  failed = 0,
  uncountedTerminatedPods: ended = {},
}: JobStatus): boolean {
  return ready + succeeded + failed + (ended.succeeded?.length ?? 0) + (ended.failed?.length ?? 0) > 0;
}
