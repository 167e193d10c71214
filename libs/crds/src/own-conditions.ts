import { jobSinkConditions, jobSinkInformation, kafkaSinkConditions } from './condition-types.ts';
import type { ConditionFinding } from './conditions.ts';
import type { SinkKind } from './resource.ts';

/** The conditions that Knative's own controllers set, and keep up to date. */
const knativeConditions: Readonly<Record<SinkKind, readonly string[]>> = {
  JobSink: ['Addressable', 'EventPoliciesReady'],
  KafkaSink: ['Addressable', 'DataPlaneAvailable', 'TopicReady', 'EventPoliciesReady'],
};

const allConditions: Readonly<Record<SinkKind, readonly string[]>> = {
  JobSink: Object.keys({ ...jobSinkConditions, ...jobSinkInformation }),
  KafkaSink: Object.keys(kafkaSinkConditions),
};

/**
 * The conditions of a kind that only this project sets. Knative's controllers never change them, and count each that has no
 * severity towards Ready.
 */
export function ownConditions(kind: SinkKind): readonly string[] {
  return allConditions[kind].filter((type) => !knativeConditions[kind].includes(type));
}

/**
 * The finding, with the severity Info if only this project sets the condition. A controller of Knative's that takes over the
 * sink can then make it Ready. Our own Ready goes by types, see `readyFrom`.
 */
export function withSeverity(kind: SinkKind, finding: ConditionFinding): ConditionFinding {
  return ownConditions(kind).includes(finding.type) ? { ...finding, severity: 'Info' } : finding;
}
