/** A producer id with an epoch, for one partition until something fails there. */
export interface ProducerId {
  readonly producerId: bigint;
  readonly epoch: number;
}

/** Epochs are signed 16-bit integers. */
const lastEpoch = 32_767;

/**
 * Gives out identities that were never used before. Epochs count per partition at the broker, which takes a higher
 * one with sequence 0 at any time and from then on refuses the lower ones: so after a failure a partition goes on
 * under a new identity, and what was given up and still lies in some buffer can neither make a new batch look like
 * a repetition nor be written behind it. One producer id lasts for some 32,000 of them.
 */
export class ProducerIds {
  readonly #askProducerId: () => Promise<bigint>;
  #producerId: bigint | undefined;
  #epoch = -1;
  #asking: Promise<void> | undefined;

  constructor(askProducerId: () => Promise<bigint>) {
    this.#askProducerId = askProducerId;
  }

  /** Whether the next `count` identities can be given without asking. */
  has(count: number): boolean {
    return this.#producerId !== undefined && this.#epoch + count <= lastEpoch;
  }

  /** Asks the brokers for a producer id. @throws what asking throws. */
  async renew(): Promise<void> {
    this.#asking ??= this.#askProducerId()
      .then((producerId) => {
        this.#producerId = producerId;
        this.#epoch = -1;
      })
      .finally(() => {
        this.#asking = undefined;
      });
    await this.#asking;
  }

  /** @throws Error when there is none; ask `has` first. */
  next(): ProducerId {
    if (this.#producerId === undefined || this.#epoch >= lastEpoch) throw new Error('no producer id');
    this.#epoch += 1;
    return { producerId: this.#producerId, epoch: this.#epoch };
  }
}
