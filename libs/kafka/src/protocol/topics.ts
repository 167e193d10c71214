import { brokerError, type BrokerError } from './broker-error.ts';
import type { Call } from './call.ts';
import { MalformedAnswer } from './wire-reader.ts';

/** A topic to create; everything else is as the brokers have it by default. */
export interface NewTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
}

/** What a broker says of one topic. */
export interface TopicOutcome {
  readonly error: BrokerError | undefined;
  readonly id: string;
}

/** Creates a topic; the answer has its id, so the broker must be of version 2.8 or newer. */
export function createTopicCall(
  { topic, partitions, replicationFactor }: NewTopic,
  timeoutMs: number,
): Call<TopicOutcome> {
  return {
    apiKey: 19,
    version: 7,
    isFlexible: true,
    write: (writer) => {
      writer.uvarint(2).compactString(topic).int32(partitions).int16(replicationFactor);
      // Neither assignments nor settings.
      writer.uvarint(1).uvarint(1).noTags();
      writer.int32(timeoutMs).boolean(false).noTags();
    },
    read: (reader) => {
      reader.skip(4);
      const outcomes = reader.compactArray(
        26,
        (): CodedOutcome => {
          reader.compactString();
          const [id, errorCode] = [reader.uuid(), reader.int16()];
          reader.compactString();
          // Partitions and replication, and the settings, which are null when the topic is refused.
          reader.skip(6);
          reader.compactArray(5, () => {
            reader.compactString();
            reader.compactString();
            reader.skip(3);
            reader.tags();
          });
          reader.tags();
          return { errorCode, id };
        },
        1,
      );
      return only(outcomes);
    },
  };
}

/** Deletes the topic with this id, whatever it is called; for brokers of version 2.8 or newer. */
export function deleteTopicCall(id: string, timeoutMs: number): Call<TopicOutcome> {
  return {
    apiKey: 20,
    version: 6,
    isFlexible: true,
    write: (writer) => {
      writer.uvarint(2).compactString(null).uuid(id).noTags().int32(timeoutMs).noTags();
    },
    read: (reader) => {
      reader.skip(4);
      const outcomes = reader.compactArray(
        21,
        (): CodedOutcome => {
          reader.compactString();
          const [found, errorCode] = [reader.uuid(), reader.int16()];
          reader.compactString();
          reader.tags();
          return { errorCode, id: found };
        },
        1,
      );
      return only(outcomes);
    },
  };
}

interface CodedOutcome extends Pick<TopicOutcome, 'id'> {
  readonly errorCode: number;
}

function only(outcomes: readonly CodedOutcome[]): TopicOutcome {
  const [outcome] = outcomes;
  if (outcome === undefined) throw new MalformedAnswer('it tells of no topic');
  return { id: outcome.id, error: brokerError(outcome.errorCode) };
}
