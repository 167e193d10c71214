import { describe, expect, test } from '@jest/globals';
import { identifiedMetadataCall, metadataCall, type Metadata } from './metadata.ts';
import { MalformedAnswer, WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const topicId = '00112233-4455-6677-8899-aabbccddeeff';

const bodyOf = (write: (writer: WireWriter) => unknown): Buffer => {
  const writer = new WireWriter();
  write(writer);
  return Buffer.concat(writer.frame()).subarray(4);
};

interface Partition {
  readonly index: number;
  readonly leader?: number;
  readonly replicas?: number;
}

/** An answer of version 4 with one broker and one topic. */
function answer4(partitions: readonly Partition[], announced = partitions.length): Buffer {
  return bodyOf((writer) => {
    writer.int32(0).int32(1).int32(1).string('kafka-1').int32(9_092).string('rack');
    writer.string('cluster').int32(1).int32(1).int16(0).string('orders').boolean(false).int32(announced);
    for (const { index, leader = 1, replicas = 1 } of partitions) {
      writer.int16(0).int32(index).int32(leader).int32(replicas);
      for (let replica = 0; replica < replicas; replica += 1) writer.int32(replica);
      writer.int32(0);
    }
  });
}

/** The same of version 10, behind its header. */
function answer10(partitions: readonly Partition[], announced = partitions.length): Buffer {
  return bodyOf((writer) => {
    writer.int32(0).uvarint(2).int32(1).compactString('kafka-1').int32(9_092).compactString(null).noTags();
    writer.compactString('cluster').int32(1).uvarint(2);
    writer
      .int16(0)
      .compactString('orders')
      .uuid(topicId)
      .boolean(false)
      .uvarint(announced + 1);
    for (const { index, leader = 1, replicas = 1 } of partitions) {
      writer
        .int16(0)
        .int32(index)
        .int32(leader)
        .int32(0)
        .uvarint(replicas + 1);
      for (let replica = 0; replica < replicas; replica += 1) writer.int32(replica);
      writer.uvarint(1).uvarint(1).noTags();
    }
    writer.int32(0).noTags().int32(0).noTags();
  });
}

const versions: [name: string, answer: typeof answer4, read: (body: Buffer) => Metadata][] = [
  ['version 4', answer4, (body) => metadataCall(['orders']).read(new WireReader(body))],
  ['version 10', answer10, (body) => identifiedMetadataCall(['orders']).read(new WireReader(body))],
];

describe('questions about topics', () => {
  test('are written as version 4 has them, and create no topic', () => {
    const { apiKey, version, write } = metadataCall(['a', 'bc']);
    expect([apiKey, version]).toEqual([3, 4]);
    expect(bodyOf(write).toString('hex')).toBe('00000002' + '000161' + '00026263' + '00');
  });

  test('are written as version 10 has them, and create no topic', () => {
    const { apiKey, version, isFlexible, write } = identifiedMetadataCall(['a']);
    expect([apiKey, version, isFlexible]).toEqual([3, 10, true]);
    expect(bodyOf(write).toString('hex')).toBe('02' + '0'.repeat(32) + '0261' + '00' + '000000' + '00');
  });

  test('about no topic ask for none, not for all', () => {
    expect(bodyOf(metadataCall([]).write).toString('hex')).toBe('0000000000');
    expect(bodyOf(identifiedMetadataCall([]).write).toString('hex')).toBe('0100000000');
  });
});

describe.each(versions)('an answer of %s', (name, answer, read) => {
  test('has brokers and partitions in the order of their numbers', () => {
    const partitions = [{ index: 1, leader: -1, replicas: 2 }, { index: 0 }];
    expect(read(answer(partitions))).toEqual({
      brokers: [{ nodeId: 1, host: 'kafka-1', port: 9_092 }],
      controllerId: 1,
      topics: [
        {
          ...{ name: 'orders', errorCode: 0, ...(name === 'version 10' && { id: topicId }) },
          partitions: [
            { leader: 1, replicas: 1 },
            { leader: -1, replicas: 2 },
          ],
        },
      ],
    });
  });

  test.each([
    ['out of the row', [{ index: 0 }, { index: 2 }]],
    ['twice', [{ index: 1 }, { index: 1 }]],
    ['negative', [{ index: -1 }]],
    ['the greatest', [{ index: 2 ** 31 - 1 }]],
    ['the least', [{ index: -(2 ** 31) }, { index: 0 }]],
  ])('is refused for a partition whose number is %s', (_, partitions) => {
    expect(() => read(answer(partitions))).toThrow(MalformedAnswer);
  });

  test.each([2, 1_000_000, 2 ** 31 - 2])(
    'is refused when it announces %d partitions and has one',
    (count) => {
      const before = performance.now();
      expect(() => read(answer([{ index: 0 }], count))).toThrow(MalformedAnswer);
      expect(performance.now() - before).toBeLessThan(1_000);
    },
  );

  test('is refused wherever it is cut', () => {
    const whole = answer([{ index: 0, replicas: 3 }, { index: 1 }]);
    // The last five bytes of version 10, operations and tagged fields, are read by nobody.
    const needed = whole.length - (name === 'version 10' ? 5 : 0);
    for (let length = 0; length < needed; length += 1)
      expect(() => read(whole.subarray(0, length))).toThrow(MalformedAnswer);
  });

  test('keeps a topic without partitions', () => {
    expect(read(answer([])).topics).toMatchObject([{ name: 'orders', partitions: [] }]);
  });
});

test('the error of a topic is kept, also one that nobody knows yet', () => {
  const body = bodyOf((writer) => {
    writer.int32(0).int32(0).string(null).int32(-1).int32(2);
    for (const [code, topic] of [
      [3, 'a'],
      [30_000, null],
    ] as const)
      writer.int16(code).string(topic).boolean(false).int32(0);
  });
  expect(metadataCall(['a', 'b']).read(new WireReader(body)).topics).toMatchObject([
    { name: 'a', errorCode: 3 },
    { name: '', errorCode: 30_000 },
  ]);
});
