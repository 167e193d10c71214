import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';

/** What makes an event one and the same, and its bytes. */
export interface LedgerEvent {
  readonly namespace: string;
  readonly sink: string;
  readonly source: string;
  readonly id: string;
  /** The payload, compact JSON. */
  readonly data: string;
}

/** How one attempt ended: with a status, or without any answer. */
export interface Outcome {
  readonly status?: number;
  readonly reason?: string;
  readonly location?: string;
  /** Code of the error, where there was no answer. */
  readonly failure?: string;
  readonly ms: number;
}

/** One line of the file. */
export type LedgerLine =
  | { readonly kind: 'attempt'; readonly key: string; readonly seq: number; readonly sha256: string }
  | ({ readonly kind: 'answer'; readonly key: string; readonly seq: number } & Outcome)
  | { readonly kind: 'fault'; readonly fault: string; readonly at?: string };

/** What is known of one event that was sent. */
export interface Sent {
  readonly sha256: string;
  acked: boolean;
}

/**
 * Every attempt and every answer, as JSON lines. A line counts once it is on the disk; what comes in while one
 * write is under way shares the next.
 */
export class Ledger {
  readonly #file: FileHandle;
  readonly #sent = new Map<string, Sent>();
  #waiting: string[] = [];
  #flush: Promise<void> | undefined;
  /** Answers of 500, which mean a bug and are never right. */
  bugs = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<Ledger> {
    return new Ledger(await open(path, 'a'));
  }

  /** Events that were sent so far, by key. */
  get sent(): ReadonlyMap<string, Sent> {
    return this.#sent;
  }

  async attempt(event: LedgerEvent, seq: number): Promise<void> {
    const key = keyOf(event);
    const sha256 = digest(event.data);
    if (!this.#sent.has(key)) this.#sent.set(key, { sha256, acked: false });
    await this.#append({ kind: 'attempt', key, seq, sha256 });
  }

  async answer(event: LedgerEvent, seq: number, outcome: Outcome): Promise<void> {
    const key = keyOf(event);
    if (outcome.status === 500) this.bugs += 1;
    await this.#append({ kind: 'answer', key, seq, ...outcome });
    const sent = this.#sent.get(key);
    if (sent !== undefined && isAck(outcome)) sent.acked = true;
  }

  fault(fault: string, at?: string): Promise<void> {
    return this.#append({ kind: 'fault', fault, ...(at === undefined ? {} : { at }) });
  }

  async close(): Promise<void> {
    await this.#flush;
    await this.#file.close();
  }

  async #append(line: LedgerLine): Promise<void> {
    this.#waiting.push(`${JSON.stringify({ t: new Date().toISOString(), ...line })}\n`);
    // The write under way took its lines before this one came, so wait for the one after it.
    if (this.#flush !== undefined) await this.#flush;
    this.#flush ??= this.#writeWaiting().finally(() => {
      this.#flush = undefined;
    });
    await this.#flush;
  }

  async #writeWaiting(): Promise<void> {
    const text = this.#waiting.join('');
    this.#waiting = [];
    if (text === '') return;
    await this.#file.write(text);
    await this.#file.datasync();
  }
}

/** Any 2xx is an acknowledgement to a Knative sender. */
export function isAck({ status = 0 }: Outcome): boolean {
  return status >= 200 && status < 300;
}

/** Names an event in the ledger and in the truth. */
export function keyOf(event: Pick<LedgerEvent, 'namespace' | 'sink' | 'source' | 'id'>): string {
  return `${event.namespace}/${event.sink} ${JSON.stringify([event.source, event.id])}`;
}

/** sha256 in hex. */
export function digest(data: string): string {
  return createHash('sha256').update(data).digest('hex');
}
