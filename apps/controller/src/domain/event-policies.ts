import type { ConditionFinding } from '@event-sinks/crds';

/** This version takes events from everybody, and must not look as if it did otherwise. */
export const eventPoliciesFinding: ConditionFinding = {
  type: 'EventPoliciesReady',
  status: 'True',
  reason: 'OIDCDisabled',
  message: 'EventPolicies are not evaluated by this version; every sender in reach of the address is let in.',
};
