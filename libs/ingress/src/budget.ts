import { SinkError } from '@event-sinks/errors';
import type { IngressLimits } from './types.ts';

/** The limits that a {@link Budget} keeps. */
export type BudgetLimits = Pick<
  IngressLimits,
  'maxInFlight' | 'maxInFlightBytes' | 'maxInFlightPerSink' | 'maxEventsInFlight'
>;

/** Counts what is in flight and refuses what would be too much, before any memory is spent on it. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #perSink = new Map<string, number>();
  #requests = 0;
  #bytes = 0;
  /** Events in batches, beyond the one that each request is counted for. */
  #further = 0;

  constructor(limits: BudgetLimits) {
    this.#limits = limits;
  }

  /** Events in flight now. */
  get requests(): number {
    return this.#requests;
  }

  /** Bytes reserved now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Counts one more event with so many bytes; throws `Overloaded` when that is too much. */
  admit(bytes: number): Admission {
    if (this.#requests >= this.#limits.maxInFlight) throw overloaded('requests in flight');
    this.takeBytes(bytes);
    this.#requests += 1;
    return new Admission(this, bytes);
  }

  /** Used by {@link Admission}. */
  takeBytes(bytes: number): void {
    if (this.#bytes + bytes > this.#limits.maxInFlightBytes) throw overloaded('bytes in flight');
    this.#bytes += bytes;
  }

  /** Used by {@link Admission}. */
  takeEvents(further: number): void {
    const max = this.#limits.maxEventsInFlight ?? Infinity;
    if (this.#requests + this.#further + further > max) throw overloaded('events in flight');
    this.#further += further;
  }

  /** Used by {@link Admission}. */
  takeSink(uid: string): void {
    const count = this.#perSink.get(uid) ?? 0;
    if (count >= this.#limits.maxInFlightPerSink) throw overloaded('requests in flight for one sink');
    this.#perSink.set(uid, count + 1);
  }

  /** Used by {@link Admission}. */
  giveBack({ bytes, further, uid }: Share): void {
    this.#requests -= 1;
    this.#bytes -= bytes;
    this.#further -= further;
    if (uid === undefined) return;
    const count = (this.#perSink.get(uid) ?? 0) - 1;
    if (count > 0) this.#perSink.set(uid, count);
    else this.#perSink.delete(uid);
  }
}

/** What one request holds. */
interface Share {
  readonly bytes: number;
  readonly further: number;
  readonly uid: string | undefined;
}

/** One request's share of the {@link Budget}. */
export class Admission {
  readonly #budget: Budget;
  #bytes: number;
  #further = 0;
  #uid: string | undefined;
  #left = false;

  constructor(budget: Budget, bytes: number) {
    this.#budget = budget;
    this.#bytes = bytes;
  }

  /** Counts the event for its sink, too; throws `Overloaded`. */
  enterSink(uid: string): void {
    this.#budget.takeSink(uid);
    this.#uid = uid;
  }

  /** So many bytes have come in all; takes what was not reserved before, or throws `Overloaded`. */
  growTo(bytes: number): void {
    if (bytes <= this.#bytes) return;
    this.#budget.takeBytes(bytes - this.#bytes);
    this.#bytes = bytes;
  }

  /** The body was a batch of so many events; throws `Overloaded`. */
  holdEvents(count: number): void {
    if (count < 2) return;
    this.#budget.takeEvents(count - 1);
    this.#further = count - 1;
  }

  /** Gives everything back; a second call does nothing. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#budget.giveBack({ bytes: this.#bytes, further: this.#further, uid: this.#uid });
  }
}

function overloaded(what: string): SinkError {
  return new SinkError('Overloaded', { detail: `Too many ${what}.` });
}
