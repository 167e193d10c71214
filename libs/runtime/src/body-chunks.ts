const noBody = Buffer.alloc(0);

/** Chunks of at least so many bytes are kept as they are. */
const worthKeeping = 1_024;
const tailBytes = 4_096;

/**
 * Collects the chunks of a body in about as much memory as they have bytes. A Buffer of its own for each byte, which a
 * sender can bring about, would take two hundred times as much.
 */
export class BodyChunks {
  #chunks: Buffer[] = [];
  /** Small chunks, copied together. */
  #tail: Buffer | undefined;
  #tailUsed = 0;
  #length = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Buffers that are kept. */
  get pieces(): number {
    return this.#chunks.length + (this.#tail === undefined ? 0 : 1);
  }

  /** Takes the next chunk. */
  add(chunk: Buffer): void {
    const isFirst = this.#length === 0;
    this.#length += chunk.length;
    // Most events arrive in one piece, which is then not copied.
    if (isFirst || chunk.length >= worthKeeping) {
      this.#closeTail();
      this.#chunks.push(chunk);
      return;
    }
    this.#copy(chunk);
  }

  /** The whole body. */
  join(): Buffer {
    this.#closeTail();
    if (this.#chunks.length > 1) return Buffer.concat(this.#chunks, this.#length);
    return this.#chunks[0] ?? noBody;
  }

  #copy(chunk: Buffer): void {
    if (this.#tail === undefined || this.#tailUsed + chunk.length > tailBytes) {
      this.#closeTail();
      this.#tail = Buffer.allocUnsafeSlow(tailBytes);
    }
    this.#tailUsed += chunk.copy(this.#tail, this.#tailUsed);
  }

  #closeTail(): void {
    if (this.#tail === undefined) return;
    const used = this.#tail.subarray(0, this.#tailUsed);
    // A tail that is hardly used must not keep all of its memory.
    this.#chunks.push(this.#tailUsed < tailBytes / 2 ? Buffer.from(used) : used);
    this.#tail = undefined;
    this.#tailUsed = 0;
  }
}
