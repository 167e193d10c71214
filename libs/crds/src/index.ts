export {
  addressableLabel,
  eventAnnotations,
  eventIdentityAnnotation,
  formerIdentityAnnotation,
  jobSinkIdLabel,
  jobSinkNameLabel,
  kafkaSinkFinalizer,
  lastOutcomeHeader,
  topicClaimAnnotation,
  topicIdAnnotation,
  topicOwnerAnnotation,
} from './names.ts';
export { jobSinkResource, kafkaSinkResource, type SinkKind, type SinkResource } from './resource.ts';
export type { ObjectMeta } from './schema/object-meta.ts';
export type { Addressable, Condition, ConditionStatus, SinkStatus } from './schema/status.ts';
export type { JobSink, JobSinkSpec, JobSinkStatus, JobTemplate } from './schema/job-sink.ts';
export type { KafkaSink, KafkaSinkSpec } from './schema/kafka-sink.ts';
export { parseJobSink, parseKafkaSink, type ParseResult } from './parse.ts';
export {
  jobSinkConditions,
  jobSinkInformation,
  kafkaSinkConditions,
  readyCondition,
  type JobSinkConditionType,
  type KafkaSinkConditionType,
} from './condition-types.ts';
export { isUnderEventPolicy } from './event-policies.ts';
export { ownConditions, withSeverity } from './own-conditions.ts';
export { readyFrom, setCondition, type ConditionFinding } from './conditions.ts';
export { crdManifest, crds } from './manifest/crd.ts';
export type { CrdVersion, CustomResourceDefinition, PrinterColumn } from './manifest/crd-types.ts';
export type { StructuralSchema } from './manifest/structural.ts';
