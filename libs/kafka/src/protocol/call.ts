import type { WireReader } from './wire-reader.ts';
import type { WireWriter } from './wire-writer.ts';

/**
 * A request and how its answer is read. The versions are ones that every broker since Kafka 2.1 knows, and that Kafka 4
 * keeps; what needs a newer broker says so. Nothing has to be negotiated before the first record.
 */
export interface Call<T> {
  readonly apiKey: number;
  readonly version: number;
  /** Whether headers and answers are in the flexible form of KIP-482. */
  readonly isFlexible?: boolean;
  readonly write: (writer: WireWriter) => void;
  /** @throws MalformedAnswer, and the BrokerError of an answer that is one as a whole. */
  readonly read: (reader: WireReader) => T;
}
