/** One record on its way to a topic. The bytes are sent as they are. */
export interface TopicRecord {
  readonly topic: string;
  /** Decides the partition, as Java's default partitioner does; null leaves the choice to the producer. */
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** In this order on the wire, as UTF-8, except that headers of one name stand together. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Milliseconds since 1970; the time of sending when absent. */
  readonly timestamp?: number;
}

/** What the length fields of a record in a record batch take at most, beside keys, values and headers. */
const recordOverhead = 40;
const headerOverhead = 10;

/** How many bytes a record takes in a request and in memory, a little too many rather than too few. */
export function recordBytes(record: TopicRecord): number {
  let bytes = recordOverhead + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers)
    bytes += headerOverhead + name.length * 3 + Buffer.byteLength(value);
  return bytes;
}
