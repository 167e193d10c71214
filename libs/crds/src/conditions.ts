import { readyCondition } from './condition-types.ts';
import type { Condition, ConditionStatus } from './schema/status.ts';

/** What a controller has found out about one condition; the time is filled in by {@link setCondition}. */
export interface ConditionFinding {
  readonly type: string;
  readonly status: ConditionStatus;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** `Info` keeps Knative's controllers from counting the condition towards Ready. Our own Ready goes by types. */
  readonly severity?: string | undefined;
}

/**
 * The conditions with one of them replaced or added, sorted by type. `lastTransitionTime` becomes `nowIso`
 * only when the status differs from before, so writing the same finding again changes nothing.
 */
export function setCondition(
  conditions: readonly Condition[],
  finding: ConditionFinding,
  nowIso: string,
): Condition[] {
  const before = conditions.find(({ type }) => type === finding.type);
  const sameStatus = before?.status === finding.status;
  const after: Condition = {
    type: finding.type,
    status: finding.status,
    ...(finding.reason !== undefined && { reason: finding.reason }),
    ...(finding.message !== undefined && { message: finding.message }),
    ...(finding.severity !== undefined && { severity: finding.severity }),
    lastTransitionTime: (sameStatus ? before.lastTransitionTime : undefined) ?? nowIso,
  };
  return [...conditions.filter(({ type }) => type !== finding.type), after].sort(byType);
}

/**
 * What Ready is, given the others: the first dependent that is False, else the first that is Unknown, mirrored
 * with its reason and message, else True. A dependent that nobody has set counts as Unknown.
 */
export function readyFrom(conditions: readonly Condition[], dependents: readonly string[]): ConditionFinding {
  const findings = dependents.map(
    (type) => conditions.find((each) => each.type === type) ?? notLookedAt(type),
  );
  const unhappy =
    findings.find(({ status }) => status === 'False') ?? findings.find(({ status }) => status === 'Unknown');
  if (unhappy === undefined) return { type: readyCondition, status: 'True' };
  const { status, reason, message } = unhappy;
  return { type: readyCondition, status, reason, message };
}

function notLookedAt(type: string): ConditionFinding {
  return { type, status: 'Unknown', reason: 'NotYetKnown', message: `${type} has not been looked at yet.` };
}

/** By code unit: the order must not depend on the locale of the process. */
function byType(left: Condition, right: Condition): number {
  return left.type < right.type ? -1 : Number(left.type > right.type);
}
