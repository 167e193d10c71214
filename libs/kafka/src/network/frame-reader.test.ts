import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { FrameReader, NotKafka, TlsExpected } from './frame-reader.ts';

const maxFrameBytes = 1_000;
const reader = (hasTls = false): FrameReader => new FrameReader({ maxFrameBytes, hasTls });

function frame(body: Buffer, length = body.length): Buffer {
  const size = Buffer.alloc(4);
  size.writeInt32BE(length);
  return Buffer.concat([size, body]);
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is in memory and in use. */
function keptBytes(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const bodies = [Buffer.from('first frame'), Buffer.from('1234'), Buffer.alloc(maxFrameBytes, 9)];
const stream = Buffer.concat(bodies.map((body) => frame(body)));

const read = (frames: FrameReader, ...chunks: Buffer[]): Buffer[] =>
  chunks.flatMap((chunk) => [...frames.push(chunk)]);

describe('FrameReader', () => {
  test('gives all frames of one chunk', () => {
    expect(read(reader(), stream)).toEqual(bodies);
  });

  test('gives the same frames wherever the bytes are split in two', () => {
    for (let at = 0; at <= stream.length; at += 1)
      expect(read(reader(), stream.subarray(0, at), stream.subarray(at))).toEqual(bodies);
  });

  test.each([1, 2, 3, 5, 7])('gives the same frames from chunks of %d bytes', (size) => {
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size));
    expect(read(reader(), ...chunks)).toEqual(bodies);
  });

  test('gives a frame as soon as its last byte is there', () => {
    const frames = reader();
    const [body = Buffer.alloc(0)] = bodies;
    expect(read(frames, frame(body).subarray(0, -1))).toEqual([]);
    expect(read(frames, frame(body).subarray(-1))).toEqual([body]);
  });

  test('takes empty chunks', () => {
    expect(read(reader(), Buffer.alloc(0), stream, Buffer.alloc(0))).toEqual(bodies);
  });

  test('takes a frame of exactly the cap', () => {
    const body = Buffer.alloc(maxFrameBytes);
    expect(read(reader(), frame(body))).toEqual([body]);
  });

  test.each([0, 1, 2, 3, maxFrameBytes + 1, -1, -(2 ** 31), 2 ** 31 - 1])(
    'refuses an announced length of %d, as the first frame and later',
    (length) => {
      expect(() => read(reader(), frame(Buffer.alloc(0), length))).toThrow(NotKafka);
      const frames = reader();
      read(frames, stream);
      expect(() => read(frames, frame(Buffer.alloc(0), length))).toThrow(NotKafka);
    },
  );

  test('refuses a length that comes byte by byte', () => {
    const frames = reader();
    const [last, ...first] = [...frame(Buffer.alloc(0), maxFrameBytes + 1)].reverse();
    for (const byte of first.reverse()) expect(read(frames, Buffer.of(byte))).toEqual([]);
    expect(() => read(frames, Buffer.of(last ?? 0))).toThrow(NotKafka);
  });

  test.each([
    ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['SSH', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['SMTP', '220 mail.test ESMTP\r\n'],
  ])('says that %s is not Kafka, without a number of bytes', (_, text) => {
    expect(() => read(reader(), Buffer.from(text))).toThrow('the server does not speak the Kafka protocol');
  });

  test.each([
    ['an alert', '15030100020250'],
    ['a handshake', '16030300310200'],
    ['an alert of TLS 1.0', '15030100020228'],
  ])('says that the broker requires TLS when it sends %s on a plain connection', (_, hex) => {
    expect(() => read(reader(), Buffer.from(hex, 'hex'))).toThrow(TlsExpected);
  });

  test('says so also when the record comes byte by byte', () => {
    const frames = reader();
    for (const byte of [0x15, 3, 3]) expect(read(frames, Buffer.of(byte))).toEqual([]);
    expect(() => read(frames, Buffer.of(0))).toThrow(TlsExpected);
  });

  test('does not take later frames, or those of a connection with TLS, for a TLS record', () => {
    const record = Buffer.from('15030100020250', 'hex');
    expect(() => read(reader(true), record)).toThrow(NotKafka);
    const frames = reader();
    read(frames, stream);
    expect(() => read(frames, record)).toThrow(NotKafka);
  });

  test('keeps little more than the bytes of a frame that comes byte by byte', () => {
    const frames = new FrameReader({ maxFrameBytes: 4 * 1_048_576, hasTls: false });
    const before = keptBytes();
    read(frames, frame(Buffer.alloc(0), 1_000_000));
    for (let byte = 0; byte < 200_000; byte += 1) read(frames, Buffer.of(byte & 0xff));
    // Each chunk that is kept by itself costs some 200 bytes for its one.
    expect(keptBytes() - before).toBeLessThan(8 * 1_048_576);
    expect(read(frames, Buffer.alloc(800_000))).toHaveLength(1);
  });
});
