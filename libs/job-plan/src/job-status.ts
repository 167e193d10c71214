import { isFields, type Fields } from './fields.ts';

/**
 * Whether a pod of the Job is known to have started, which none does without its Secret. Failed pods are no proof: one
 * that was evicted while it waited counts among them. Neither is completion: a Job of 0 completions has no pod.
 */
export function hasStarted(job: Fields): boolean {
  const status = isFields(job['status']) ? job['status'] : {};
  return isPositive(status['ready']) || isPositive(status['succeeded']);
}

const isPositive = (value: unknown): boolean => typeof value === 'number' && value > 0;
