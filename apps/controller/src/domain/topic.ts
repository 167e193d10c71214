import type { ConditionFinding, KafkaSinkSpec, SinkStatus } from '@event-sinks/crds';
import type { BrokerTrouble } from './broker-trouble.ts';

/** What the brokers said about a sink's topic. */
export type TopicView =
  /** `id` is Kafka's own, another one when the topic is created again; undefined where the client cannot tell it. */
  | {
      readonly state: 'found';
      readonly partitions: number;
      readonly replicationFactor: number;
      readonly id?: string | undefined;
      /** Why events do not get there although the topic is. */
      readonly trouble?: BrokerTrouble;
    }
  | { readonly state: 'missing' }
  | { readonly state: 'unknown'; readonly trouble: BrokerTrouble }
  /** The brokers were not asked, because there are no credentials to ask with. */
  | { readonly state: 'unasked' };

/** How a topic is to be created. */
export interface TopicShape {
  readonly numPartitions: number;
  readonly replicationFactor: number;
}

const type = 'TopicReady';

/** The shape that the sink asks for; undefined where the topic has to exist. */
export function wantedShape({ numPartitions, replicationFactor }: KafkaSinkSpec): TopicShape | undefined {
  // Sinks that are older than the rule in the CRD may have one without the other.
  if (numPartitions === undefined || replicationFactor === undefined) return undefined;
  return { numPartitions, replicationFactor };
}

/** A finding about the topic that is not True. */
export function topicIs(status: 'False' | 'Unknown', reason: string, message: string): ConditionFinding {
  return { type, status, reason, message };
}

/** What the brokers’ trouble says about the topic; about its credentials another condition speaks. */
export function troubleFinding(spec: KafkaSinkSpec, trouble: BrokerTrouble): ConditionFinding {
  if (trouble.about === 'credentials') return unaskedFinding;
  const where = `(topic ${spec.topic}, brokers ${spec.bootstrapServers.join(', ')})`;
  return topicIs('False', trouble.reason, `${trouble.message} ${where}`);
}

/** Nobody can say anything about the topic before the credentials are right. */
export const unaskedFinding: ConditionFinding = topicIs(
  'Unknown',
  'CredentialsNotReady',
  'The brokers cannot be asked about the topic before the credentials work; see CredentialsReady.',
);

/** Whether a topic that is there is as the sink wants it, and takes events. */
export function shapeFinding(
  spec: KafkaSinkSpec,
  found: FoundShape & { readonly trouble?: BrokerTrouble },
): ConditionFinding {
  const finding = comparedShape(spec, found);
  return finding.status === 'True' && found.trouble !== undefined
    ? troubleFinding(spec, found.trouble)
    : finding;
}

interface FoundShape {
  readonly partitions: number;
  readonly replicationFactor: number;
}

/**
 * What differs is told and not repaired. More than was asked for is no fault: partitions are added to topics that grow, and
 * none can ever be taken away again.
 */
function comparedShape(spec: KafkaSinkSpec, found: FoundShape): ConditionFinding {
  const wanted = wantedShape(spec);
  if (wanted === undefined) return { type, status: 'True' };
  const { numPartitions, replicationFactor } = wanted;
  const partitions = `The topic ${spec.topic} has ${count(found.partitions, 'partition')}, numPartitions is ${numPartitions}.`;
  if (found.partitions < numPartitions)
    return topicIs('False', 'PartitionCountDiffers', `${partitions} ${addMend('partitions')}`);
  const replicas = `The topic ${spec.topic} has ${count(found.replicationFactor, 'replica')} of a partition, replicationFactor is ${replicationFactor}.`;
  if (found.replicationFactor < replicationFactor)
    return topicIs('False', 'ReplicationFactorDiffers', `${replicas} ${addMend('replicas')}`);
  const notes = [
    ...(found.partitions > numPartitions ? [`${partitions} That is fine; ${raise(found.partitions)}`] : []),
    ...(found.replicationFactor > replicationFactor ? [`${replicas} That is fine.`] : []),
  ];
  return { type, status: 'True', ...(notes.length > 0 && { message: notes.join(' ') }) };
}

const addMend = (what: string): string =>
  `The sink does not alter a topic; add ${what} to it with the tools of Kafka.`;

const raise = (partitions: number): string => `numPartitions may be raised to ${partitions}.`;

/** Whether the sink’s status says that the brokers do not let it create its topic, so that it has made none. */
export function wasRefused(status: SinkStatus | undefined): boolean {
  const found = status?.conditions?.find((condition) => condition.type === type);
  return found?.status === 'False' && refusals.has(found.reason ?? '');
}

const refusals: ReadonlySet<string> = new Set(['TopicRefused', 'PermissionDenied']);

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
