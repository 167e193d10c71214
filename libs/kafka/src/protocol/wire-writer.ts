const firstBytes = 256;

/** Larger buffers are handed to the socket as they are, smaller ones copied: a system call takes few pieces well. */
const copiedBytes = 16_384;

/** Writes the types of the protocol (https://kafka.apache.org/protocol#protocol_types) for one request. */
export class WireWriter {
  readonly #done: Buffer[] = [];
  #page = Buffer.allocUnsafe(firstBytes);
  #start = 0;
  #at = 0;
  #length = 0;

  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  int8(value: number): this {
    const at = this.#room(1);
    this.#at = this.#page.writeInt8(value, at);
    return this;
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#at = this.#page.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#at = this.#page.writeInt32BE(value, at);
    return this;
  }

  /** Sixteen bytes, from text with or without hyphens. */
  uuid(value: string): this {
    return this.raw(Buffer.from(value.replaceAll('-', ''), 'hex'));
  }

  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.from(value);
    return this.int16(bytes.length).raw(bytes);
  }

  compactString(value: string | null): this {
    if (value === null) return this.uvarint(0);
    const bytes = Buffer.from(value);
    return this.uvarint(bytes.length + 1).raw(bytes);
  }

  bytes(value: Buffer): this {
    return this.int32(value.length).raw(value);
  }

  uvarint(value: number): this {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    this.#byte(rest);
    return this;
  }

  /** No tagged fields (KIP-482). */
  noTags(): this {
    return this.uvarint(0);
  }

  /** Bytes that must not change until they are sent. */
  raw(value: Buffer): this {
    this.#length += value.length;
    if (value.length > copiedBytes) {
      this.#closePage(firstBytes);
      this.#done.push(value);
      return this;
    }
    const at = this.#roomFor(value.length);
    this.#page.set(value, at);
    this.#at = at + value.length;
    return this;
  }

  /** Everything that was written, behind its length as the protocol wants it. */
  frame(): readonly Buffer[] {
    this.#closePage(0);
    const size = Buffer.allocUnsafe(4);
    size.writeInt32BE(this.#length);
    return [size, ...this.#done];
  }

  #byte(value: number): void {
    const at = this.#room(1);
    this.#page[at] = value;
    this.#at = at + 1;
  }

  /** May turn to a new page, so it comes before any look at the page. */
  #room(bytes: number): number {
    this.#length += bytes;
    return this.#roomFor(bytes);
  }

  #roomFor(bytes: number): number {
    if (this.#at + bytes > this.#page.length)
      this.#closePage(Math.max(bytes, Math.min(this.#page.length * 4, 4 * copiedBytes)));
    return this.#at;
  }

  #closePage(nextBytes: number): void {
    if (this.#at > this.#start) this.#done.push(this.#page.subarray(this.#start, this.#at));
    const isUsedUp = this.#page.length - this.#at < nextBytes;
    if (isUsedUp) {
      this.#page = Buffer.allocUnsafe(nextBytes);
      this.#at = 0;
    }
    this.#start = this.#at;
  }
}
