/** A connection whose bytes wait to be read. */
export interface BytesHolder {
  /** Gives up what waits, and the connection with it. */
  cut(): void;
}

/**
 * Counts the bytes that have come but belong to no request yet: unfinished headers, and requests behind one that is
 * not answered. When there are too many, the connections whose bytes have waited for longest are cut.
 */
export class UnparsedBytes {
  readonly #max: number;
  readonly #onCut: () => void;
  readonly #holders = new Map<BytesHolder, number>();
  #total = 0;

  /** `onCut` is called for each connection that is cut. */
  constructor(max: number, onCut: () => void) {
    this.#max = max;
    this.#onCut = onCut;
  }

  /** Bytes that wait now. */
  get total(): number {
    return this.#total;
  }

  /** Whether so many bytes more may wait without anybody being cut. */
  hasRoomFor(bytes: number): boolean {
    return this.#total + bytes <= this.#max;
  }

  /** So many bytes of this connection wait now. */
  set(holder: BytesHolder, bytes: number): void {
    const before = this.#holders.get(holder) ?? 0;
    if (bytes === before) return;
    this.#total += bytes - before;
    if (bytes === 0) this.#holders.delete(holder);
    else this.#holders.set(holder, bytes);
    if (bytes > before) this.#cutOldest();
  }

  #cutOldest(): void {
    for (const [holder, bytes] of this.#holders) {
      if (this.#total <= this.#max) return;
      this.#holders.delete(holder);
      this.#total -= bytes;
      holder.cut();
      this.#onCut();
    }
  }
}
