import { GrowingBuffer } from './growing-buffer.ts';

/** What answers on a connection is no Kafka broker. */
export class NotKafka extends Error {
  constructor(detail = 'the server does not speak the Kafka protocol') {
    super(detail);
    this.name = 'NotKafka';
  }
}

/** A broker speaks TLS where the client does not. */
export class TlsExpected extends Error {
  readonly code = 'ERR_SSL_EXPECTED';

  constructor() {
    super('Broker requires TLS.');
    this.name = 'TlsExpected';
  }
}

/** The correlation id, which every answer has. */
const leastFrameBytes = 4;

/** Larger than this, the first four bytes are the text of another protocol rather than a length. */
const mostPlausibleBytes = 100 * 1_048_576;

/**
 * Cuts what a broker sends into frames, and believes none of its lengths before it was checked: a frame of fewer bytes than
 * a correlation id has, or of more than any question here can be answered with, ends the connection.
 */
export class FrameReader {
  readonly #maxFrameBytes: number;
  readonly #hasTls: boolean;
  /** What is kept of a frame that is not complete. */
  readonly #kept = new GrowingBuffer();
  #isFirst = true;

  constructor({ maxFrameBytes, hasTls }: { readonly maxFrameBytes: number; readonly hasTls: boolean }) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#hasTls = hasTls;
  }

  /** The frames that are complete by now, without their lengths. @throws NotKafka, TlsExpected */
  *push(chunk: Buffer): Generator<Buffer> {
    let rest = this.#kept.isEmpty() ? chunk : this.#kept.append(chunk);
    while (rest.length >= 4) {
      const end = 4 + this.#checkedLength(rest);
      if (rest.length < end) break;
      // A frame may be looked at until the next chunk comes.
      const frame = rest.subarray(4, end);
      rest = rest.subarray(end);
      this.#isFirst = false;
      if (rest.length === 0) this.#kept.clear();
      yield frame;
    }
    if (rest.length > 0) this.#kept.keep(rest);
  }

  #checkedLength(head: Buffer): number {
    const length = head.readUInt32BE();
    if (this.#isFirst && !this.#hasTls && isTlsRecord(head)) throw new TlsExpected();
    if (this.#isFirst && length > mostPlausibleBytes) throw new NotKafka();
    if (length < leastFrameBytes || length > this.#maxFrameBytes)
      throw new NotKafka(`the server announces an answer of ${length} bytes`);
    return length;
  }
}

/** RFC 8446, section 5.1: a content type, and the version 3.x. */
function isTlsRecord(head: Buffer): boolean {
  const [type = 0, major] = head;
  return type >= 0x14 && type <= 0x17 && major === 3;
}
