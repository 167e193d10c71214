import { eventSecretName, hasStarted, isRefused, isStored, isSwept, jobOutcome } from '@event-sinks/job-plan';
import type { KubeObject } from '@event-sinks/kube';
import { isEventJob } from './event-job.ts';

/** Milliseconds after which people look at counts again, and share of its time that a sweep may take of the API server. */
const soonestMs = 15_000;
const timesItsDuration = 20;

/** Milliseconds until the next sweep: soon where a sweep is quick, so that counts of Jobs are fresh. */
export function pauseAfter(tookMs: number, intervalMs: number): number {
  return Math.min(intervalMs, Math.max(soonestMs, tookMs * timesItsDuration));
}

/** How old a Job must be, by the API server's time stamps, before its Secret is asked about. */
export interface SweepAge {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly ageMs: number;
}

/**
 * Whether the sweep has to look at a Job. One with our mark is looked at in any case: a sweep that ended half-way
 * must not leave it refusing its event for ever. One whose maker says that its Secret was refused need not get old.
 */
export function isSweepable(job: KubeObject, { now, ageMs }: SweepAge): boolean {
  if (job.metadata.deletionTimestamp !== undefined || !isEventJob(job)) return false;
  if (eventSecretName(job) === undefined) return false;
  if (isSwept(job)) return true;
  if (isRefused(job)) return !hadItsEvent(job);
  const createdAt = Date.parse(job.metadata.creationTimestamp ?? '');
  return now - createdAt >= ageMs && !hadItsEvent(job);
}

/**
 * Whether the Job must have had its event, whatever has become of the Secret since: a dispatcher has said so, or a pod
 * has started, which it does not without. A Job that ran into `activeDeadlineSeconds` may have spent them waiting.
 */
export function hadItsEvent(job: KubeObject): boolean {
  if (isStored(job) || hasStarted(job) || jobOutcome(job) === 'complete') return true;
  const status = (job['status'] ?? {}) as JobStatus;
  return (status.conditions ?? []).some(
    ({ type, status: holds, reason }) =>
      type === 'Failed' && holds === 'True' && reason !== 'DeadlineExceeded',
  );
}

interface JobStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
  }[];
}
