import {
  addPartitions,
  addTopicAcl,
  consume,
  createTopic,
  deleteTopic,
  endOffsets,
  listTopics,
  partitionLeaders,
  removeTopicAcl,
  setProducerQuota,
  setScramPassword,
  setTopicConfig,
  type ConsoleRecord,
  type NewTopic,
  type ScramMechanism,
  type ToolTarget,
  type TopicAcl,
} from '@event-sinks/platform';

/** Kafka's own Java tools on one cluster; each call takes about two seconds. */
export interface KafkaTools {
  createTopic(topic: NewTopic): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Adds partitions until there are so many. */
  addPartitions(topic: string, partitions: number): Promise<void>;
  listTopics(): Promise<string[]>;
  /** The node that leads each partition, by partition. */
  leadersOf(topic: string): Promise<ReadonlyMap<number, number>>;
  /** The first `count` records of a topic, read by Java's console consumer. */
  consume(topic: string, count: number, timeoutMs?: number): Promise<ConsoleRecord[]>;
  /** How many records the topic has, over all partitions. */
  recordCount(topic: string): Promise<number>;
  setTopicConfig(topic: string, config: Readonly<Record<string, string>>): Promise<void>;
  setScramPassword(user: { user: string; password: string; mechanism: ScramMechanism }): Promise<void>;
  addTopicAcl(acl: TopicAcl): Promise<void>;
  removeTopicAcl(acl: TopicAcl): Promise<void>;
  /** Bytes a second; `undefined` takes the limit back. */
  setProducerQuota(
    who: { readonly user: string } | { readonly clientId: string },
    bytesPerSecond: number | undefined,
  ): Promise<void>;
}

/** The tools, bound to a cluster. */
export function kafkaTools(target: ToolTarget): KafkaTools {
  return {
    createTopic: async (topic) => {
      await createTopic(target, topic);
    },
    deleteTopic: async (topic) => {
      await deleteTopic(target, topic);
    },
    addPartitions: (topic, partitions) => addPartitions(target, topic, partitions),
    listTopics: () => listTopics(target),
    leadersOf: (topic) => partitionLeaders(target, topic),
    consume: async (topic, count, timeoutMs = 10_000) =>
      (await consume(target, { topic, count, timeoutMs })).records,
    recordCount: async (topic) => {
      const { offsets } = await endOffsets(target, topic);
      return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
    },
    setTopicConfig: (topic, config) => setTopicConfig(target, topic, config),
    setScramPassword: (user) => setScramPassword(target, user),
    addTopicAcl: (acl) => addTopicAcl(target, acl),
    removeTopicAcl: (acl) => removeTopicAcl(target, acl),
    setProducerQuota: (who, bytesPerSecond) => setProducerQuota(target, who, bytesPerSecond),
  };
}
