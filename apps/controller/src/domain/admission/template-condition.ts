import type { Condition, ConditionFinding, SinkStatus } from '@event-sinks/crds';
import { cut, problemText } from './problem.ts';
import { isLasting, type EventRefusal } from '../event-outcome.ts';
import type { TrialOutcome } from './trial-outcome.ts';

/** Most that the condition says; the admission of a corrected template says the rest. */
const longestMessage = 512;

const type = 'JobTemplateValid';

/** Milliseconds until a template is tried again although it has not changed: the cluster around it may have. */
export interface TrialTimes {
  readonly validMs: number;
  readonly refusedMs: number;
  /** After trouble. */
  readonly troubleMs: number;
}

/** What an earlier trial found about the template as it is now; undefined when none has found anything. */
export function foundBefore(status: SinkStatus | undefined, generation: number): Condition | undefined {
  if (status?.observedGeneration !== generation) return undefined;
  return status.conditions?.find((condition) => condition.type === type);
}

/**
 * Whether the template is to be tried now.
 * @param sinceTrialMs since the last trial of this generation by this process; undefined when it made none.
 * @param refusal of events; one that is younger than the last trial asks for another.
 */
export function isTrialDue(
  before: ConditionFinding | undefined,
  sinceTrialMs: number | undefined,
  times: TrialTimes,
  refusal?: EventRefusal,
): boolean {
  if (refusal !== undefined && refusal.agoMs < (sinceTrialMs ?? Infinity))
    return sinceTrialMs === undefined || sinceTrialMs >= times.troubleMs;
  if (sinceTrialMs === undefined) return before === undefined || before.status === 'Unknown';
  if (before === undefined || before.status === 'Unknown') return sinceTrialMs >= times.troubleMs;
  return sinceTrialMs >= (before.status === 'True' ? times.validMs : times.refusedMs);
}

/** The finding that stands when there was no new trial. */
export function keptFinding(before: ConditionFinding | undefined): ConditionFinding {
  if (before === undefined) return troubleFinding('it has not been tried yet');
  const { status, reason, message } = before;
  return { type, status, reason, message };
}

/** The condition that follows from a trial. Trouble takes nothing back that an earlier trial has found. */
export function templateFinding(
  outcome: TrialOutcome,
  before: ConditionFinding | undefined,
): ConditionFinding {
  switch (outcome.kind) {
    case 'valid':
      return { type, status: 'True', ...warned(outcome.warnings) };
    case 'undecided': {
      // While a quota is full every event is refused.
      const status = outcome.reason === 'QuotaExhausted' ? 'False' : 'True';
      return { type, status, reason: outcome.reason, message: cut(outcome.message, longestMessage) };
    }
    case 'refused': {
      const message = cut(problemText(outcome.problems), longestMessage);
      return { type, status: 'False', reason: 'JobTemplateRefused', message };
    }
    case 'trouble':
      return before === undefined || before.status === 'Unknown'
        ? troubleFinding(outcome.message)
        : keptFinding(before);
  }
}

/** For whoever has not seen the warnings of the admission, as with GitOps. */
function warned(warnings: readonly string[]): Pick<ConditionFinding, 'reason' | 'message'> {
  if (warnings.length === 0) return {};
  return { reason: 'JobTemplateWarnings', message: cut(warnings.join('; '), longestMessage) };
}

/**
 * The condition in view of what becomes of events. A dry run is made by another account than the events' Jobs and does not
 * create a Secret: a policy for job-sink, its rights, or a quota on Secrets show in the events alone.
 * @param validMs milliseconds for which dry runs have succeeded.
 */
export function withEvents(
  finding: ConditionFinding,
  refusal: EventRefusal | undefined,
  validMs: number,
): ConditionFinding {
  if (finding.status !== 'True' || refusal === undefined || !isLasting(refusal, validMs)) return finding;
  const message =
    `A dry run of the Job succeeds, but job-sink refuses every event with ${refusal.reason}. Check the rights of the ` +
    'ServiceAccount job-sink, admission policies and webhooks for its Jobs and Secrets, and quotas on Secrets.';
  return { type, status: 'False', reason: 'EventsRefused', message };
}

function troubleFinding(why: string): ConditionFinding {
  const message = `Whether the API server would take the Job made from spec.job is not known: ${why}. It is tried again by itself.`;
  return { type, status: 'Unknown', reason: 'TemplateNotTried', message };
}
