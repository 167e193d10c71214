import { createHash, pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';

/** What a SCRAM password is salted with (RFC 5802, section 2.2). */
export interface Salting {
  readonly password: string;
  readonly salt: Buffer;
  readonly iterations: number;
  readonly hash: 'sha256' | 'sha512';
  /** Bytes of the result. */
  readonly length: number;
}

const derive = promisify(pbkdf2);

/**
 * Salts passwords, one at a time and each one once. The salt and the iterations are the broker's choice, and the work is
 * done by the threads that also resolve host names: many at once would keep the whole process waiting.
 */
export class SaltedPasswords {
  readonly #limit: number;
  readonly #kept = new Map<string, Buffer>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param limit of the results that are kept. */
  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  async salted(salting: Salting): Promise<Buffer> {
    const key = keyOf(salting);
    return this.#kept.get(key) ?? (await this.#inTurn(() => this.#derive(key, salting)));
  }

  async #derive(key: string, { password, salt, iterations, hash, length }: Salting): Promise<Buffer> {
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const result = await derive(Buffer.from(password), salt, iterations, length, hash);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#limit && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, result);
    return result;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** A digest, so that no password is kept for this alone. */
function keyOf({ password, salt, iterations, hash }: Salting): string {
  const digest = createHash('sha256');
  digest.update(`${hash} ${iterations} ${salt.toString('base64')} `).update(password);
  return digest.digest('base64');
}
