import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Outcome } from './traffic.ts';

/** One event and what became of it. */
export interface SentEvent {
  readonly key: string;
  /** From 0, within its key. */
  readonly number: number;
  readonly id: string;
  readonly data: string;
  readonly sha256: string;
  attempts: number;
  acked: boolean;
}

/** What was seen of the answers so far. */
export interface AnswerTally {
  slowestMs: number;
  /** Answers other than 202 that do not say why. */
  withoutReason: number;
  /** How often each status with its reason came, or each failure without an answer. */
  readonly counts: Map<string, number>;
}

/** Every event of one run, in memory for the comparison and as JSON lines for people. */
export class EventLedger {
  readonly #file: WriteStream;
  readonly #events = new Map<string, SentEvent>();
  readonly #topic: string;
  readonly tally: AnswerTally = { slowestMs: 0, withoutReason: 0, counts: new Map() };

  constructor(path: string, topic: string) {
    this.#file = createWriteStream(path, { flags: 'a' });
    this.#topic = topic;
  }

  get events(): ReadonlyMap<string, SentEvent> {
    return this.#events;
  }

  open(key: string, number: number, padding = 200): SentEvent {
    const id = `${key}/${number}`;
    const data = JSON.stringify({ key, number, padding: 'x'.repeat(padding) });
    const sha256 = createHash('sha256').update(data).digest('hex');
    const event: SentEvent = { key, number, id, data, sha256, attempts: 0, acked: false };
    this.#events.set(id, event);
    return event;
  }

  /** Makes one attempt and writes it down. */
  async attempt(event: SentEvent, send: () => Promise<Outcome>): Promise<Outcome> {
    event.attempts += 1;
    const outcome = await send();
    event.acked ||= outcome.status === 202;
    this.#count(outcome);
    this.#write({ kind: 'answer', topic: this.#topic, id: event.id, attempt: event.attempts, ...outcome });
    return outcome;
  }

  fault(fault: string): void {
    this.#write({ kind: 'fault', topic: this.#topic, fault });
  }

  /** Answers other than 202, and attempts without an answer. */
  get refused(): number {
    return [...this.tally.counts].reduce((sum, [what, count]) => (what === '202' ? sum : sum + count), 0);
  }

  /** Of the answers other than 202, as `503 KafkaUnavailable×12, ECONNRESET×1`. */
  refusals(): string {
    return [...this.tally.counts]
      .filter(([what]) => what !== '202')
      .map(([what, count]) => `${what}×${count}`)
      .join(', ');
  }

  async close(): Promise<void> {
    this.#file.end();
    await once(this.#file, 'close');
  }

  #count({ status, reason, failure, ms }: Outcome): void {
    const what = status === undefined ? (failure ?? 'no answer') : [status, reason].filter(Boolean).join(' ');
    this.tally.counts.set(what, (this.tally.counts.get(what) ?? 0) + 1);
    if (status === undefined) return;
    this.tally.slowestMs = Math.max(this.tally.slowestMs, ms);
    if (status !== 202 && reason === undefined) this.tally.withoutReason += 1;
  }

  #write(line: object): void {
    this.#file.write(`${JSON.stringify({ t: new Date().toISOString(), ...line })}\n`);
  }
}
