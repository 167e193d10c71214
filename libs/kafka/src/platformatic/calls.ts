import { Writer, type Reader } from '@platformatic/kafka';
import { brokerError, type BrokerError } from './broker-error.ts';

/**
 * A request and how its answer is read. The versions are ones that every broker since Kafka 2.1 knows, and that
 * Kafka 4 keeps: nothing newer is needed, and nothing has to be negotiated before the first record.
 */
export interface Call<T> {
  readonly apiKey: number;
  readonly version: number;
  readonly encode: () => Writer;
  readonly parse: (reader: Reader) => T;
}

/** One encoded batch for one partition. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

/** What the leader says about one partition of a produce request. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  readonly error: BrokerError | undefined;
  /** The offset of the batch's first record. */
  readonly baseOffset: number;
}

/** Asks for the acknowledgement of all in-sync replicas. */
export function produceCall(
  batches: readonly PartitionBatch[],
  timeoutMs: number,
): Call<readonly PartitionAnswer[]> {
  return {
    apiKey: 0,
    version: 7,
    encode: () => {
      const writer = Writer.create().appendString(null, false).appendInt16(-1).appendInt32(timeoutMs);
      const topics = [...Map.groupBy(batches, ({ topic }) => topic)];
      writer.appendInt32(topics.length);
      for (const [topic, ofTopic] of topics) {
        writer.appendString(topic, false).appendInt32(ofTopic.length);
        for (const { partition, bytes } of ofTopic) writer.appendInt32(partition).appendBytes(bytes, false);
      }
      return writer;
    },
    parse: (reader) =>
      readArray(reader, () => {
        const topic = reader.readString(false);
        return readArray(reader, () => readPartitionAnswer(reader, topic));
      }).flat(),
  };
}

function readPartitionAnswer(reader: Reader, topic: string): PartitionAnswer {
  const partition = reader.readInt32();
  const error = brokerError(reader.readInt16());
  const baseOffset = Number(reader.readInt64());
  // When it was appended, and where the log starts.
  reader.skip(16);
  return { topic, partition, error, baseOffset };
}

/** Brokers and the partitions of the topics that were asked for. */
export interface Metadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topics: ReadonlyMap<string, TopicAnswer>;
}

/** A topic as the brokers know it. */
export interface TopicAnswer {
  readonly error: BrokerError | undefined;
  /** The node that leads each partition, by its number; -1 while none does. */
  readonly leaders: readonly number[];
}

/** Asks about topics and creates none. */
export function metadataCall(topics: readonly string[]): Call<Metadata> {
  return {
    apiKey: 3,
    version: 4,
    encode: () => {
      const writer = Writer.create().appendInt32(topics.length);
      for (const topic of topics) writer.appendString(topic, false);
      return writer.appendBoolean(false);
    },
    parse: (reader) => {
      reader.skip(4);
      const brokers = readArray(reader, () => {
        const broker = {
          nodeId: reader.readInt32(),
          host: reader.readString(false),
          port: reader.readInt32(),
        };
        reader.readNullableString(false);
        return broker;
      });
      reader.readNullableString(false);
      reader.skip(4);
      return { brokers, topics: new Map(readArray(reader, () => readTopic(reader))) };
    },
  };
}

function readTopic(reader: Reader): [string, TopicAnswer] {
  const error = brokerError(reader.readInt16());
  const name = reader.readString(false);
  reader.skip(1);
  const leaders: number[] = [];
  for (const [index, leader] of readArray(reader, () => readLeader(reader))) leaders[index] = leader;
  return [name, { error, leaders }];
}

function readLeader(reader: Reader): [number, number] {
  reader.skip(2);
  const index = reader.readInt32();
  const leader = reader.readInt32();
  for (const list of ['replicas', 'in sync'] as const) readArray(reader, () => [list, reader.readInt32()]);
  return [index, leader];
}

/** Asks for a producer id of one's own. */
export const producerIdCall: Call<bigint> = {
  apiKey: 22,
  version: 1,
  encode: () => Writer.create().appendString(null, false).appendInt32(0),
  parse: (reader) => {
    reader.skip(4);
    const error = brokerError(reader.readInt16());
    if (error !== undefined) throw error;
    return reader.readInt64();
  },
};

function readArray<T>(reader: Reader, read: () => T): T[] {
  return Array.from({ length: Math.max(0, reader.readInt32()) }, read);
}
