import { describe, expect, test } from '@jest/globals';
import { createTopicCall, deleteTopicCall } from './topics.ts';
import { MalformedAnswer, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const id = '00112233-4455-6677-8899-aabbccddeeff';
const hexId = id.replaceAll('-', '');

const bodyOf = (write: (writer: WireWriter) => unknown): Buffer => {
  const writer = new WireWriter();
  write(writer);
  return Buffer.concat(writer.frame()).subarray(4);
};

const create = createTopicCall({ topic: 'ab', partitions: 3, replicationFactor: 2 }, 1_000);
const remove = deleteTopicCall(id, 1_000);

/** The broker's answer, behind its header. */
function created(error: number, configs: 'null' | 'one'): Buffer {
  return bodyOf((writer) => {
    writer.int32(0).uvarint(2).compactString('ab').uuid(id).int16(error).compactString(null);
    writer
      .int32(3)
      .int16(2)
      .uvarint(configs === 'one' ? 2 : 0);
    if (configs === 'one')
      writer.compactString('retention.ms').compactString(null).boolean(false).int8(5).boolean(false).noTags();
    // A tagged field of the topic, as brokers give it for settings that may not be read.
    writer.uvarint(1).uvarint(0).uvarint(2).int16(29).noTags();
  });
}

function removed(error: number): Buffer {
  return bodyOf((writer) => {
    writer
      .int32(0)
      .uvarint(2)
      .compactString(null)
      .uuid(id)
      .int16(error)
      .compactString('why')
      .noTags()
      .noTags();
  });
}

describe('creating a topic', () => {
  test('is asked for as version 7 has it', () => {
    expect([create.apiKey, create.version, create.isFlexible]).toEqual([19, 7, true]);
    expect(bodyOf(create.write).toString('hex')).toBe(
      '02' + '036162' + '00000003' + '0002' + '01' + '01' + '00' + '000003e8' + '00' + '00',
    );
  });

  test('gives the id of the topic, whatever is told of its settings', () => {
    for (const configs of ['null', 'one'] as const)
      expect(create.read(new WireReader(created(0, configs)))).toEqual({ error: undefined, id });
  });

  test('gives the error that the broker has for the topic', () => {
    expect(create.read(new WireReader(created(36, 'null')))).toMatchObject({
      error: { type: 'TOPIC_ALREADY_EXISTS' },
    });
  });
});

describe('deleting a topic', () => {
  test('is asked for as version 6 has it, by the id and without a name', () => {
    expect([remove.apiKey, remove.version, remove.isFlexible]).toEqual([20, 6, true]);
    expect(bodyOf(remove.write).toString('hex')).toBe('02' + '00' + hexId + '00' + '000003e8' + '00');
  });

  test('gives the id, or the error that the broker has for it', () => {
    expect(remove.read(new WireReader(removed(0)))).toEqual({ error: undefined, id });
    expect(remove.read(new WireReader(removed(100)))).toMatchObject({ error: { type: 'UNKNOWN_TOPIC_ID' } });
  });
});

describe.each([
  ['creating', create, created(0, 'one')],
  ['deleting', remove, removed(0)],
] as const)('the answer to %s', (_, call, whole) => {
  // The last byte is the number of tagged fields, which nobody reads.
  test('is refused wherever it is cut', () => {
    for (let length = 0; length < whole.length - 1; length += 1)
      expect(() => call.read(new WireReader(whole.subarray(0, length)))).toThrow(MalformedAnswer);
  });

  test.each([
    ['no topic', '00000000' + '01'],
    ['null instead of topics', '00000000' + '00'],
    ['more topics than it has bytes for', '00000000' + 'ffffffff0f' + '00'.repeat(40)],
  ])('is refused when it tells of %s', (_name, hex) => {
    expect(() => call.read(new WireReader(Buffer.from(hex, 'hex')))).toThrow(MalformedAnswer);
  });
});
