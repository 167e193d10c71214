import type { SinkStatus } from './schema/status.ts';

/**
 * Whether EventPolicies protect a sink, as its status says: `status.policies` lists those that are in force, and
 * EventPoliciesReady is False while one that applies is not, or while nobody can tell.
 */
export function isUnderEventPolicy(status: Pick<SinkStatus, 'policies' | 'conditions'> | undefined): boolean {
  const isListed = (status?.policies ?? []).length > 0;
  const condition = status?.conditions?.find(({ type }) => type === 'EventPoliciesReady');
  return isListed || condition?.status === 'False';
}
