import { crc32c, Writer } from '@platformatic/kafka';
import type { TopicRecord } from './records.ts';
import { int64Bytes, varintBytes, writeInt64, writeVarint } from './varint.ts';

/** What makes a batch recognisable: the broker drops a repetition of the same numbers and answers it again. */
export interface BatchIdentity {
  readonly producerId: bigint;
  readonly epoch: number;
  /** Number of the first record in its partition, under this producer id and epoch. */
  readonly sequence: number;
}

/** Writes record batches of one producer. */
export interface RecordBatchEncoder {
  /** One batch of at least one record, uncompressed; `now` stands in for timestamps that are absent. */
  encode(records: readonly TopicRecord[], identity: BatchIdentity, now: number): Buffer;
}

/** Header of a record batch, version 2 (https://kafka.apache.org/documentation/#recordbatch). */
const headerBytes = 61;
const at = { length: 8, leaderEpoch: 12, magic: 16, crc: 17, attributes: 21, lastDelta: 23, baseTime: 27 };
const from = { maxTime: 35, producerId: 43, epoch: 51, sequence: 53, count: 57 };

/** Senders choose the names of extensions, so the names that are kept have a limit. */
const maxNames = 1_000;

/** Keeps the bytes of header names, which are the same in record after record. */
export function recordBatchEncoder(): RecordBatchEncoder {
  const names = new Map<string, Buffer>();
  const nameBytes = (name: string): Buffer => {
    const known = names.get(name);
    if (known !== undefined) return known;
    if (names.size >= maxNames) names.clear();
    const bytes = Buffer.from(name);
    names.set(name, bytes);
    return bytes;
  };
  return {
    encode(records, identity, now) {
      const base = records[0]?.timestamp ?? now;
      const sizes = records.map((record, index) => bodyBytes(record, index, { base, now, nameBytes }));
      const total = sizes.reduce((sum, size) => sum + varintBytes(size) + size, headerBytes);
      const batch = Buffer.allocUnsafe(total);
      let offset = headerBytes;
      let latest = base;
      for (const [index, record] of records.entries()) {
        offset = writeVarint(batch, sizes[index] ?? 0, offset);
        offset = writeBody(batch, { record, index, offset }, { base, now, nameBytes });
        latest = Math.max(latest, record.timestamp ?? now);
      }
      writeHeader(batch, identity, { count: records.length, base, latest });
      return batch;
    },
  };
}

interface Context {
  readonly base: number;
  readonly now: number;
  readonly nameBytes: (name: string) => Buffer;
}

function bodyBytes(record: TopicRecord, index: number, { base, now, nameBytes }: Context): number {
  const { key, value, headers } = record;
  const time = (record.timestamp ?? now) - base;
  let bytes = 1 + int64Bytes(time) + varintBytes(index) + fieldBytes(key) + fieldBytes(value);
  bytes += varintBytes(headers.length);
  for (const [name, content] of headers) bytes += fieldBytes(nameBytes(name)) + textBytes(content);
  return bytes;
}

function fieldBytes(field: Buffer | null): number {
  return field === null ? 1 : varintBytes(field.length) + field.length;
}

function textBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return varintBytes(bytes) + bytes;
}

interface Place {
  readonly record: TopicRecord;
  readonly index: number;
  readonly offset: number;
}

function writeBody(batch: Buffer, { record, index, offset }: Place, context: Context): number {
  const { key, value, headers } = record;
  batch[offset] = 0;
  let next = writeInt64(batch, (record.timestamp ?? context.now) - context.base, offset + 1);
  next = writeVarint(batch, index, next);
  next = writeField(batch, key, next);
  next = writeField(batch, value, next);
  next = writeVarint(batch, headers.length, next);
  for (const [name, content] of headers) {
    next = writeField(batch, context.nameBytes(name), next);
    next = writeText(batch, content, next);
  }
  return next;
}

function writeField(batch: Buffer, field: Buffer | null, offset: number): number {
  if (field === null) return writeVarint(batch, -1, offset);
  const next = writeVarint(batch, field.length, offset);
  batch.set(field, next);
  return next + field.length;
}

function writeText(batch: Buffer, text: string, offset: number): number {
  const bytes = Buffer.byteLength(text);
  const next = writeVarint(batch, bytes, offset);
  // One byte for each character: the shorter way, with the same outcome.
  batch.write(text, next, bytes === text.length ? 'latin1' : 'utf8');
  return next + bytes;
}

interface Summary {
  readonly count: number;
  readonly base: number;
  readonly latest: number;
}

function writeHeader(batch: Buffer, identity: BatchIdentity, { count, base, latest }: Summary): void {
  batch.fill(0, 0, headerBytes);
  batch.writeInt32BE(batch.length - at.leaderEpoch, at.length);
  batch.writeInt32BE(-1, at.leaderEpoch);
  batch.writeInt8(2, at.magic);
  batch.writeInt32BE(count - 1, at.lastDelta);
  batch.writeBigInt64BE(BigInt(base), at.baseTime);
  batch.writeBigInt64BE(BigInt(latest), from.maxTime);
  batch.writeBigInt64BE(identity.producerId, from.producerId);
  batch.writeInt16BE(identity.epoch, from.epoch);
  batch.writeInt32BE(identity.sequence, from.sequence);
  batch.writeInt32BE(count, from.count);
  // As a dynamic buffer, because plain bytes would be copied first.
  const checked = Writer.create().append(batch.subarray(at.attributes)).dynamicBuffer;
  batch.writeUInt32BE(crc32c(checked), at.crc);
}
