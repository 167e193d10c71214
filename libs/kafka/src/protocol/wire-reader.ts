/** What a broker answered is not what the protocol has in that place. */
export class MalformedAnswer extends Error {
  /** Told apart by {@link import('../admin/broker-problem.ts').connectFailure}. */
  readonly code = 'MALFORMED_ANSWER';

  constructor(detail: string) {
    super(`the broker's answer is malformed: ${detail}`);
    this.name = 'MalformedAnswer';
  }
}

/**
 * Reads the types of the protocol (https://kafka.apache.org/protocol#protocol_types) out of one answer. No length or count
 * is believed that the bytes at hand cannot hold. Every method throws MalformedAnswer where the bytes end too early.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(bytes: number): void {
    this.#take(bytes);
  }

  boolean(): boolean {
    return this.#bytes.readInt8(this.#take(1)) !== 0;
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  int64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  /** As text, eight and four and four and four and twelve hexadecimal digits. */
  uuid(): string {
    const at = this.#take(16);
    const hex = this.#bytes.toString('hex', at, at + 16);
    const end = `${hex.slice(16, 20)}-${hex.slice(20)}`;
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${end}`;
  }

  /** Undefined for null. */
  string(): string | undefined {
    const length = this.int16();
    return length < 0 ? undefined : this.#text(length);
  }

  compactString(): string | undefined {
    const length = this.#uvarint() - 1;
    return length < 0 ? undefined : this.#text(length);
  }

  /** Empty for null. */
  bytes(): Buffer {
    const length = this.int32();
    if (length < 0) return Buffer.alloc(0);
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /**
   * @param leastBytes what an element takes at least, at least 1.
   * @param most elements, where it is known what was asked for.
   */
  array<T>(leastBytes: number, read: () => T, most = Infinity): T[] {
    return this.#elements(this.int32(), { leastBytes, most }, read);
  }

  /** {@link array} in the compact form of KIP-482. */
  compactArray<T>(leastBytes: number, read: () => T, most = Infinity): T[] {
    return this.#elements(this.#uvarint() - 1, { leastBytes, most }, read);
  }

  /** Passes over an array of 32-bit integers. @returns how many there were. */
  int32s(): number {
    return this.#skipped(this.int32());
  }

  /** {@link int32s} in the compact form. */
  compactInt32s(): number {
    return this.#skipped(this.#uvarint() - 1);
  }

  /** Passes over the tagged fields of KIP-482. */
  tags(): void {
    const count = this.#uvarint();
    for (let index = 0; index < count; index += 1) {
      this.#uvarint();
      this.#take(this.#uvarint());
    }
  }

  #skipped(count: number): number {
    if (count > 0) this.#take(4 * count);
    return Math.max(0, count);
  }

  #elements<T>(
    count: number,
    { leastBytes, most }: { readonly leastBytes: number; readonly most: number },
    read: () => T,
  ): T[] {
    if (count > most) throw new MalformedAnswer(`${count} elements instead of ${most}`);
    if (count > (this.#bytes.length - this.#at) / leastBytes)
      throw new MalformedAnswer(`${count} elements in ${this.#bytes.length - this.#at} bytes`);
    const elements: T[] = [];
    for (let index = 0; index < count; index += 1) elements.push(read());
    return elements;
  }

  #text(length: number): string {
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  #uvarint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#take(1)] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedAnswer('a number of more than five bytes');
  }

  /** Moves on. @returns where the bytes begin. */
  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.#bytes.length - at) throw new MalformedAnswer('it ends too early');
    this.#at = at + bytes;
    return at;
  }
}
