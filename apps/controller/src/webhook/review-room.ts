import { BodyError } from './read-json.ts';

/** What a {@link ReviewRoom} works with. */
export interface ReviewRoomOptions {
  readonly maxBytes: number;
  /** A monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Called when a body was cut or refused for want of room. */
  readonly onFull: () => void;
}

/** Reviews of at most so many bytes are small, as nearly all are. */
const smallBytes = 262_144;
/** What only small reviews may use: this part of the bytes. */
const reservedPart = 1 / 4;
/** A sender whose body takes longer than this gives way to others, in milliseconds. An API server sends it at once. */
const slowAfterMs = 1_000;

/**
 * Bounds the bytes of reviews in memory. They count as they come, so what is only declared costs nothing. When there is no
 * room for more, senders whose body has been coming for longest are cut.
 */
export class ReviewRoom {
  readonly #options: ReviewRoomOptions;
  /** Those whose body is still coming, the oldest first. */
  readonly #receiving = new Set<ReviewSpace>();
  #bytes = 0;

  constructor(options: ReviewRoomOptions) {
    this.#options = options;
  }

  /** Room for one review; `cut` ends it while its body is coming. */
  open(cut: () => void): ReviewSpace {
    const space = new ReviewSpace(this, cut, this.#options.now());
    this.#receiving.add(space);
    return space;
  }

  /** Used by {@link ReviewSpace}. */
  take(space: ReviewSpace, bytes: number): void {
    const { maxBytes, onFull } = this.#options;
    const limit = space.bytes + bytes <= smallBytes ? maxBytes : maxBytes * (1 - reservedPart);
    while (this.#bytes + bytes > limit) {
      onFull();
      if (!this.#cutSlowest(space)) throw new BodyError(429, 'too many bytes of reviews in flight');
    }
    this.#bytes += bytes;
  }

  /** Used by {@link ReviewSpace}. */
  received(space: ReviewSpace): void {
    this.#receiving.delete(space);
  }

  /** Used by {@link ReviewSpace}. */
  giveBack(space: ReviewSpace): void {
    this.#receiving.delete(space);
    this.#bytes -= space.bytes;
  }

  #cutSlowest(forThis: ReviewSpace): boolean {
    const before = this.#options.now() - slowAfterMs;
    for (const space of this.#receiving) {
      if (space.since > before) return false;
      if (space === forThis || space.bytes === 0) continue;
      space.cut();
      return true;
    }
    return false;
  }
}

/** What one review holds of the {@link ReviewRoom}. */
export class ReviewSpace {
  readonly since: number;
  bytes = 0;
  readonly #room: ReviewRoom;
  readonly #cut: () => void;
  #isClosed = false;

  constructor(room: ReviewRoom, cut: () => void, since: number) {
    this.#room = room;
    this.#cut = cut;
    this.since = since;
  }

  /** So many bytes have come. @throws BodyError when there is no room for them. */
  grow(bytes: number): void {
    this.#room.take(this, bytes);
    this.bytes += bytes;
  }

  /** The body has come. */
  received(): void {
    this.#room.received(this);
  }

  /** Used by {@link ReviewRoom}. */
  cut(): void {
    this.close();
    this.#cut();
  }

  /** Gives everything back; a second call does nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#room.giveBack(this);
  }
}
