import type { ConditionFinding, KafkaSinkSpec } from '@event-sinks/crds';
import type { ErrorCode } from '@event-sinks/errors';

/** What the brokers said about a sink's topic. */
export type TopicView =
  | { readonly state: 'found'; readonly partitions: number; readonly replicationFactor: number }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown'; readonly code: ErrorCode };

/** Whether records can be written to the topic, as far as the brokers' metadata tell. */
export function topicFinding(spec: KafkaSinkSpec, view: TopicView): ConditionFinding {
  const type = 'TopicReady';
  if (view.state === 'unknown') {
    const message = `The brokers ${spec.bootstrapServers.join(', ')} could not be asked about the topic ${spec.topic}.`;
    return { type, status: 'False', reason: view.code, message };
  }
  if (view.state === 'missing') {
    const message = `The topic ${spec.topic} is not there; create it with the tools of Kafka.`;
    return { type, status: 'False', reason: 'TopicNotFound', message };
  }
  return { type, status: 'True' };
}

/** Whether the sink's log-in to Kafka can be used. */
export function credentialsFinding(spec: KafkaSinkSpec): ConditionFinding {
  const type = 'CredentialsReady';
  if (spec.auth === undefined) return { type, status: 'True' };
  const message =
    'spec.auth is not supported by this version; brokers are met in plain text only. Remove spec.auth.';
  return { type, status: 'False', reason: 'AuthNotSupported', message };
}
