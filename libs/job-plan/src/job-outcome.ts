/** How a Job stands, as far as a sender can be told: it may still end, or it has. */
export type JobOutcome = 'running' | 'complete' | 'failed';

const finalOutcomes: ReadonlyMap<unknown, JobOutcome> = new Map([
  ['Complete', 'complete'],
  ['Failed', 'failed'],
]);

/**
 * Reads a Job's outcome from its conditions. `SuccessCriteriaMet` and `FailureTarget` only announce what is
 * coming: pods still run then, so they count as running, like a Job that is suspended or not looked at yet.
 */
export function jobOutcome(job: Readonly<Record<string, unknown>>): JobOutcome {
  for (const { type, status } of conditionsOf(job)) {
    const outcome = status === 'True' ? finalOutcomes.get(type) : undefined;
    if (outcome !== undefined) return outcome;
  }
  return 'running';
}

type Fields = Readonly<Record<string, unknown>>;

function conditionsOf(job: Fields): readonly Fields[] {
  const conditions = isFields(job['status']) ? job['status']['conditions'] : undefined;
  return Array.isArray(conditions) ? conditions.filter(isFields) : [];
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
