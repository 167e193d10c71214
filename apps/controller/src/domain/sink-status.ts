import { readyFrom, setCondition, type ConditionFinding, type SinkStatus } from '@event-sinks/crds';

/** What a pass has found out about a sink. */
export interface SinkFindings {
  readonly generation: number;
  readonly url: string;
  /** Every condition but Addressable and Ready, which follow from them. */
  readonly conditions: readonly ConditionFinding[];
  /** Conditions that neither of them depends on. */
  readonly information?: readonly ConditionFinding[];
}

/**
 * The status that follows from the findings. The address appears once everything that an event needs is there,
 * and stays from then on: senders keep addresses, and taking one away would lose events that a retry would save.
 */
export function sinkStatus<S extends SinkStatus>(
  before: S | undefined,
  findings: SinkFindings,
  nowIso: string,
): S {
  const works = findings.conditions.every(({ status }) => status === 'True');
  const known = before?.address?.url === findings.url;
  const addressable: ConditionFinding = works || known ? { type: 'Addressable', status: 'True' } : notYet;
  const found = [...findings.conditions, addressable];
  const dependents = found.map(({ type }) => type);
  const conditions = [...found, ...(findings.information ?? [])].reduce(
    (all, finding) => setCondition(all, finding, nowIso),
    before?.conditions ?? [],
  );
  const address = { name: 'http', url: findings.url };
  return {
    ...((before ?? {}) as S),
    observedGeneration: findings.generation,
    conditions: setCondition(conditions, readyFrom(conditions, dependents), nowIso),
    ...(addressable.status === 'True' && { address, addresses: [address] }),
  };
}

const notYet: ConditionFinding = {
  type: 'Addressable',
  status: 'Unknown',
  reason: 'NotServedYet',
  message:
    'The address is given out once events can be taken under it; the other conditions say what is missing.',
};

/** A moment as Kubernetes writes it: RFC 3339 in whole seconds (metav1.Time). */
export function timestamp(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
