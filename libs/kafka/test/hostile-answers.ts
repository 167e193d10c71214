import { WireWriter } from '../src/protocol/wire-writer.ts';

/** The requests that a hostile broker answers, by the key of their API. */
export const stageByKey: Readonly<Record<number, Stage>> = {
  0: 'Produce',
  3: 'Metadata',
  17: 'SaslHandshake',
  19: 'CreateTopics',
  20: 'DeleteTopics',
  22: 'InitProducerId',
  36: 'SaslAuthenticate',
};

/** A request by its name. */
export type Stage =
  | 'Produce'
  | 'Metadata'
  | 'SaslHandshake'
  | 'CreateTopics'
  | 'DeleteTopics'
  | 'InitProducerId'
  | 'SaslAuthenticate';

/** What an answer is made of. */
export interface AnswerParts {
  readonly correlationId: number;
  readonly version: number;
  readonly port: number;
  readonly topic: string;
  readonly nodeId: number;
  /** The message of a login. */
  readonly message: Buffer;
  /** Wherever the answer has an error code. */
  readonly error: number;
  /** Stands in for the number of elements wherever the answer has one. */
  readonly count: (elements: number) => number;
}

/** The answer of an honest broker with one topic of two partitions, without its length. */
export function answerBody(stage: Stage, parts: AnswerParts): Buffer {
  const writer = new WireWriter().int32(parts.correlationId);
  encoders[stage](writer, parts);
  return Buffer.concat(writer.frame().slice(1));
}

const topicId = '11111111-2222-4333-8444-555555555555';
const host = '127.0.0.1';
const partitions = [0, 1];

const encoders: Readonly<Record<Stage, (writer: WireWriter, parts: AnswerParts) => void>> = {
  SaslHandshake: (writer, { error, count }) => {
    writer.int16(error).int32(count(1)).string('PLAIN');
  },
  SaslAuthenticate: (writer, { error, message }) => {
    writer.int16(error).string(null).bytes(message).int32(0).int32(0);
  },
  Metadata: (writer, parts) => {
    if (parts.version === 4) metadata(writer, parts);
    else identifiedMetadata(writer, parts);
  },
  InitProducerId: (writer, { error }) => {
    writer.int32(0).int16(error).int32(0).int32(4_711).int16(0);
  },
  Produce: (writer, { error, count, topic }) => {
    writer.int32(count(1)).string(topic).int32(count(partitions.length));
    for (const partition of partitions) writer.int32(partition).int16(error).raw(Buffer.alloc(24));
    writer.int32(0);
  },
  CreateTopics: (writer, { error, count, topic }) => {
    writer.noTags().int32(0);
    writer
      .uvarint(count(1) + 1)
      .compactString(topic)
      .uuid(topicId)
      .int16(error)
      .compactString(null);
    writer
      .int32(2)
      .int16(1)
      .uvarint(count(1) + 1);
    writer.compactString('retention.ms').compactString('1').boolean(false).int8(5).boolean(false).noTags();
    writer.noTags().noTags();
  },
  DeleteTopics: (writer, { error, count, topic }) => {
    writer
      .noTags()
      .int32(0)
      .uvarint(count(1) + 1);
    writer.compactString(topic).uuid(topicId).int16(error).compactString(null).noTags().noTags();
  },
};

function metadata(writer: WireWriter, { error, count, topic, port, nodeId }: AnswerParts): void {
  writer.int32(0).int32(count(1)).int32(nodeId).string(host).int32(port).string(null);
  writer.string('cluster').int32(nodeId).int32(count(1));
  writer.int16(error).string(topic).boolean(false).int32(count(partitions.length));
  for (const partition of partitions) {
    writer.int16(0).int32(partition).int32(nodeId);
    writer.int32(count(1)).int32(nodeId).int32(count(1)).int32(nodeId);
  }
}

function identifiedMetadata(writer: WireWriter, parts: AnswerParts): void {
  const { error, count, topic, port, nodeId } = parts;
  writer.noTags().int32(0);
  writer
    .uvarint(count(1) + 1)
    .int32(nodeId)
    .compactString(host)
    .int32(port)
    .compactString(null)
    .noTags();
  writer
    .compactString('cluster')
    .int32(nodeId)
    .uvarint(count(1) + 1);
  writer
    .int16(error)
    .compactString(topic)
    .uuid(topicId)
    .boolean(false)
    .uvarint(count(partitions.length) + 1);
  for (const partition of partitions) {
    writer.int16(0).int32(partition).int32(nodeId).int32(0);
    writer
      .uvarint(count(1) + 1)
      .int32(nodeId)
      .uvarint(count(1) + 1)
      .int32(nodeId)
      .uvarint(1)
      .noTags();
  }
  writer.int32(0).noTags().int32(0).noTags();
}
