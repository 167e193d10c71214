import { eventDigestAnnotation, jobSinkIdLabel } from '@event-sinks/crds';
import { isSwept, jobOutcome } from '@event-sinks/job-plan';
import type { KubeObject } from '@event-sinks/kube';

/** How old a Job must be, by the API server's time stamps, before its Secret is asked about. */
export interface SweepAge {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly ageMs: number;
}

/**
 * Whether the sweep has to look at a Job. One with our mark is looked at in any case: a sweep that ended half-way
 * must not leave it refusing its event for ever.
 */
export function isSweepable(job: KubeObject, { now, ageMs }: SweepAge): boolean {
  if (job.metadata.deletionTimestamp !== undefined || !isOurs(job)) return false;
  if (isSwept(job)) return true;
  const createdAt = Date.parse(job.metadata.creationTimestamp ?? '');
  return now - createdAt >= ageMs && !hadItsEvent(job);
}

/** Made by a dispatcher of ours, and no copy that somebody made of such a Job under another name. */
function isOurs({ metadata }: KubeObject): boolean {
  return (
    metadata.annotations?.[eventDigestAnnotation] !== undefined &&
    metadata.labels?.[jobSinkIdLabel] === metadata.name
  );
}

/**
 * Whether a pod of the Job must have had the event, whatever has become of the Secret since: pods do not start
 * without it. A Job that ran into `activeDeadlineSeconds` may have spent them waiting for it.
 */
export function hadItsEvent(job: KubeObject): boolean {
  const status = (job['status'] ?? {}) as JobStatus;
  if ((status.succeeded ?? 0) > 0 || (status.ready ?? 0) > 0) return true;
  if (jobOutcome(job) === 'complete') return true;
  return (status.conditions ?? []).some(
    ({ type, status: holds, reason }) =>
      type === 'Failed' && holds === 'True' && reason !== 'DeadlineExceeded',
  );
}

interface JobStatus {
  readonly succeeded?: number;
  readonly ready?: number;
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
  }[];
}
