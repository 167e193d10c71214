import type { Call } from './call.ts';
import type { WireReader } from './wire-reader.ts';

/** One encoded batch for one partition. */
export interface PartitionBatch {
  readonly topic: string;
  readonly partition: number;
  readonly bytes: Buffer;
}

/** What a leader says of a produce request. */
export interface ProduceAnswer {
  readonly partitions: readonly PartitionAnswer[];
  /** Milliseconds for which this client is to send nothing, by its quota (KIP-219). */
  readonly throttleMs: number;
}

/** What the leader says of one partition. */
export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  /** 0 for none (https://kafka.apache.org/protocol#protocol_error_codes). */
  readonly errorCode: number;
}

/** A request in flight is answered after the slowest of its partitions, or when the time is up. */
const acksOfAllInSync = -1;

/** @param timeoutMs how long the leader waits for the in-sync replicas. */
export function produceCall(batches: readonly PartitionBatch[], timeoutMs: number): Call<ProduceAnswer> {
  return {
    apiKey: 0,
    version: 7,
    write: (writer) => {
      writer.string(null).int16(acksOfAllInSync).int32(timeoutMs);
      const topics = Map.groupBy(batches, ({ topic }) => topic);
      writer.int32(topics.size);
      for (const [topic, ofTopic] of topics) {
        writer.string(topic).int32(ofTopic.length);
        for (const { partition, bytes } of ofTopic) writer.int32(partition).bytes(bytes);
      }
    },
    read: (reader) => {
      const readTopic = (): PartitionAnswer[] => {
        const topic = reader.string() ?? '';
        return reader.array(30, () => readPartition(reader, topic));
      };
      const partitions = reader.array(6, readTopic, batches.length);
      return { partitions: partitions.flat(), throttleMs: Math.max(0, reader.int32()) };
    },
  };
}

function readPartition(reader: WireReader, topic: string): PartitionAnswer {
  const partition = reader.int32();
  const errorCode = reader.int16();
  // The offset, when it was appended, and where the log starts.
  reader.skip(24);
  return { topic, partition, errorCode };
}
