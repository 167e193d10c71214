import type { Call } from './call.ts';
import { MalformedAnswer, type WireReader } from './wire-reader.ts';

/** Brokers and the topics that were asked about. */
export interface Metadata {
  readonly brokers: readonly Broker[];
  readonly controllerId: number;
  readonly topics: readonly TopicMetadata[];
}

/** A broker under the address that it advertises. */
export interface Broker {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

/** A topic as the brokers know it. */
export interface TopicMetadata {
  readonly name: string;
  /** 0 for none (https://kafka.apache.org/protocol#protocol_error_codes). */
  readonly errorCode: number;
  /** Only in the answer that has ids. */
  readonly id?: string;
  /** In the order of their numbers, which are 0, 1, 2 and so on. */
  readonly partitions: readonly PartitionMetadata[];
}

/** A partition: who leads it, -1 while nobody does, and how many replicas it has. */
export interface PartitionMetadata {
  readonly leader: number;
  readonly replicas: number;
}

/** Asks about topics and creates none. */
export function metadataCall(topics: readonly string[]): Call<Metadata> {
  return {
    apiKey: 3,
    version: 4,
    write: (writer) => {
      writer.int32(topics.length);
      for (const topic of topics) writer.string(topic);
      writer.boolean(false);
    },
    read: (reader) => {
      reader.skip(4);
      const brokers = reader.array(
        12,
        () => {
          const broker = readBroker(reader, reader.int32(), reader.string());
          reader.string();
          return broker;
        },
        maxBrokers,
      );
      reader.string();
      const controllerId = reader.int32();
      return { brokers, controllerId, topics: reader.array(9, () => readTopic(reader), mostTopics(topics)) };
    },
  };
}

/** An answer is no longer than the question; one topic too many does no harm, and is passed over. */
const mostTopics = (asked: readonly string[]): number => asked.length + 1;

/** Kafka's largest clusters have some hundreds of brokers, and topics of some thousands of partitions. */
const maxBrokers = 2_000;
const maxPartitions = 100_000;

function readTopic(reader: WireReader): TopicMetadata {
  const errorCode = reader.int16();
  const name = reader.string() ?? '';
  reader.skip(1);
  const partitions = inOrder();
  reader.array(
    18,
    () => {
      reader.skip(2);
      const [number, leader] = [reader.int32(), reader.int32()];
      const replicas = reader.int32s();
      // Those in sync.
      reader.int32s();
      partitions.add(number, { leader, replicas });
    },
    maxPartitions,
  );
  return { name, errorCode, partitions: partitions.all() };
}

/** The same with the topics' ids (KIP-516), which brokers have from version 2.8 on. */
export function identifiedMetadataCall(topics: readonly string[]): Call<Metadata> {
  return {
    apiKey: 3,
    version: 10,
    isFlexible: true,
    write: (writer) => {
      writer.uvarint(topics.length + 1);
      // No id: the topic is named.
      for (const topic of topics) writer.uuid('0'.repeat(32)).compactString(topic).noTags();
      // Create none, and leave out which operations are allowed.
      writer.boolean(false).boolean(false).boolean(false).noTags();
    },
    read: (reader) => {
      reader.skip(4);
      const brokers = reader.compactArray(
        11,
        () => {
          const broker = readBroker(reader, reader.int32(), reader.compactString());
          reader.compactString();
          reader.tags();
          return broker;
        },
        maxBrokers,
      );
      reader.compactString();
      const controllerId = reader.int32();
      return {
        brokers,
        controllerId,
        topics: reader.compactArray(26, () => readIdentifiedTopic(reader), mostTopics(topics)),
      };
    },
  };
}

function readIdentifiedTopic(reader: WireReader): TopicMetadata {
  const errorCode = reader.int16();
  const name = reader.compactString() ?? '';
  const id = reader.uuid();
  reader.skip(1);
  const partitions = inOrder();
  reader.compactArray(
    18,
    () => {
      reader.skip(2);
      const [number, leader] = [reader.int32(), reader.int32()];
      reader.skip(4);
      const replicas = reader.compactInt32s();
      // Those in sync, and those offline.
      reader.compactInt32s();
      reader.compactInt32s();
      reader.tags();
      partitions.add(number, { leader, replicas });
    },
    maxPartitions,
  );
  reader.skip(4);
  reader.tags();
  return { name, errorCode, id, partitions: partitions.all() };
}

/** Arrays are laid out by these numbers, so one out of the row is not believed. */
function inOrder() {
  const placed: PartitionMetadata[] = [];
  let count = 0;
  return {
    add(number: number, partition: PartitionMetadata): void {
      if (number < 0 || number > maxPartitions || placed[number] !== undefined)
        throw new MalformedAnswer(`a partition with number ${number}`);
      placed[number] = partition;
      count += 1;
    },
    all(): PartitionMetadata[] {
      if (placed.length !== count) throw new MalformedAnswer(`${count} partitions up to ${placed.length}`);
      return placed;
    },
  };
}

function readBroker(reader: WireReader, nodeId: number, host: string | undefined): Broker {
  return { nodeId, host: host ?? '', port: reader.int32() };
}
