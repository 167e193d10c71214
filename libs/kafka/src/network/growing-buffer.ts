/** Gathers bytes that come in pieces, at no more than twice what they take, however small the pieces are. */
export class GrowingBuffer {
  #bytes = Buffer.alloc(0);
  #used = 0;

  isEmpty(): boolean {
    return this.#used === 0;
  }

  /** Adds a piece. @returns everything that is kept, until the next call. */
  append(piece: Buffer): Buffer {
    const length = this.#used + piece.length;
    if (length > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#used);
    this.#used = length;
    return this.#bytes.subarray(0, length);
  }

  /** Keeps these bytes and no others; they may be a part of what `append` has returned. */
  keep(rest: Buffer): void {
    if (rest.length === this.#used && rest.buffer === this.#bytes.buffer) return;
    const copy = Buffer.from(rest);
    this.clear();
    if (copy.length > 0) this.append(copy);
  }

  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#used = 0;
  }
}
