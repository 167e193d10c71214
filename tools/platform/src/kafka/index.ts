export {
  addTopicAcl,
  removeTopicAcl,
  setProducerQuota,
  setScramPassword,
  setTopicConfig,
  type ScramMechanism,
  type TopicAcl,
} from './admin-tools.ts';
export {
  startBroker,
  prepareStorage,
  assertPortFree,
  type Broker,
  type StartBrokerOptions,
} from './broker.ts';
export { brokerCommand, formatCommand, toolCommand, type BrokerSettings, type Command } from './command.ts';
export { formatterProperties, parseConsoleRecords, type ConsoleRecord } from './console-records.ts';
export { ensureKafka, type EnsureKafkaOptions, type KafkaDistribution } from './distribution.ts';
export { brokerAnswers } from './probe.ts';
export type { RunningProcess } from './spawn-child.ts';
export {
  addPartitions,
  consume,
  createTopic,
  deleteTopic,
  endOffsets,
  listTopics,
  parseEndOffsets,
  partitionLeaders,
  runTool,
  type ConsumeRequest,
  type NewTopic,
  type ToolTarget,
} from './tools.ts';
