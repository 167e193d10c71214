import { SinkError } from '@event-sinks/errors';
import { fairShare, type FairShare } from '@event-sinks/runtime';
import type { IngressLimits, ServedSink } from './types.ts';

/** The limits that a {@link Budget} keeps. */
export type BudgetLimits = Pick<
  IngressLimits,
  'maxInFlight' | 'maxInFlightBytes' | 'maxInFlightPerSink' | 'maxEventsInFlight' | 'namespaceShare'
>;

/** A request whose body is still coming. */
export interface SlowSender {
  interrupt(error: Error): void;
}

/** A sender whose body takes longer than this gives way to others, in milliseconds. */
const slowAfterMs = 1_000;
/** What only small events may use: this part of the bytes. */
const reservedPart = 1 / 8;
/** Bytes of a small event, headers included, and the part of all bytes that it is at most. */
const smallBytes = 65_536;
const smallPart = 1 / 64;

/** What a sink, a namespace or the process holds. */
class Tally {
  requests = 0;
  bytes = 0;
  /** Events in batches, beyond the one that each request is counted for. */
  further = 0;

  add(requests: number, bytes: number, further: number): void {
    this.requests += requests;
    this.bytes += bytes;
    this.further += further;
  }
}

class SinkTally extends Tally {
  readonly uid: string;
  readonly namespaceName: string;
  readonly namespace: Tally;

  constructor({ uid, namespace }: BudgetedSink, tally: Tally) {
    super();
    this.uid = uid;
    this.namespaceName = namespace;
    this.namespace = tally;
  }
}

type BudgetedSink = Pick<ServedSink, 'uid' | 'namespace'>;

/** Which limit is in the way. */
interface Excess {
  readonly what: string;
  readonly scope: Tally;
}

/**
 * Counts what is in flight and refuses what would be too much.
 *
 * Bytes count as they come, so a sender that declares much and sends nothing holds nothing. Each sink and each
 * namespace has a fair share, so that one that is stuck leaves room for the others, and the last eighth of the bytes is
 * for small events. Where a limit is reached, senders that have been sending for long give way first.
 */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #now: () => number;
  readonly #sinkShare = fairShare(50);
  readonly #namespaceShare: FairShare;
  readonly #smallBytes: number;
  readonly #sinks = new Map<string, SinkTally>();
  readonly #namespaces = new Map<string, Tally>();
  readonly #total = new Tally();
  /** Those whose body is still coming, the oldest first. */
  readonly #receiving = new Set<Admission>();

  /** `now` is a monotonic clock in milliseconds. */
  constructor(limits: BudgetLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
    this.#namespaceShare = fairShare(limits.namespaceShare);
    this.#smallBytes = Math.min(smallBytes, Math.floor(limits.maxInFlightBytes * smallPart));
  }

  /** Requests in flight now. */
  get requests(): number {
    return this.#total.requests;
  }

  /** Bytes in flight now. */
  get bytes(): number {
    return this.#total.bytes;
  }

  /** Counts one more event, of which so many bytes have come; throws `Overloaded` when that is too much. */
  admit(sink: BudgetedSink, bytes: number): Admission {
    const tally = this.#tallyOf(sink);
    const admission = new Admission(this, tally);
    for (;;) {
      const excess = this.#requestExcess(tally) ?? this.#byteExcess(admission, bytes);
      if (excess === undefined) break;
      this.#makeRoom(excess, admission);
    }
    this.#sinks.set(tally.uid, tally);
    this.#namespaces.set(tally.namespaceName, tally.namespace);
    this.#add(tally, 1, bytes, 0);
    admission.bytes = bytes;
    return admission;
  }

  /** Used by {@link Admission}. */
  grow(admission: Admission, bytes: number): void {
    for (;;) {
      const excess = this.#byteExcess(admission, bytes);
      if (excess === undefined) break;
      this.#makeRoom(excess, admission);
    }
    this.#add(admission.sink, 0, bytes, 0);
    admission.bytes += bytes;
  }

  /** Used by {@link Admission}. */
  takeEvents({ sink }: Admission, further: number): void {
    const free = (this.#limits.maxEventsInFlight ?? Infinity) - this.#total.requests - this.#total.further;
    if (further > free) throw overloaded('events in flight');
    const { namespace } = sink;
    // One batch alone may always use what is there.
    const held = namespace.requests === 1 ? 0 : namespace.requests + namespace.further;
    if (!this.#namespaceShare.allows(held, further, free))
      throw overloaded('events in flight for one namespace');
    this.#add(sink, 0, 0, further);
  }

  /** Used by {@link Admission}. */
  receiving(admission: Admission): number {
    this.#receiving.add(admission);
    return this.#now();
  }

  /** Used by {@link Admission}. */
  received(admission: Admission): void {
    this.#receiving.delete(admission);
  }

  /** Used by {@link Admission}. */
  giveBack(admission: Admission): void {
    const { sink, bytes, further } = admission;
    this.#receiving.delete(admission);
    this.#add(sink, -1, -bytes, -further);
    if (sink.requests === 0) this.#sinks.delete(sink.uid);
    if (sink.namespace.requests === 0) this.#namespaces.delete(sink.namespaceName);
  }

  #tallyOf(sink: BudgetedSink): SinkTally {
    const known = this.#sinks.get(sink.uid);
    if (known !== undefined) return known;
    return new SinkTally(sink, this.#namespaces.get(sink.namespace) ?? new Tally());
  }

  #add(sink: SinkTally, requests: number, bytes: number, further: number): void {
    sink.add(requests, bytes, further);
    sink.namespace.add(requests, bytes, further);
    this.#total.add(requests, bytes, further);
  }

  #requestExcess(sink: SinkTally): Excess | undefined {
    const { maxInFlight, maxInFlightPerSink } = this.#limits;
    const free = maxInFlight - this.#total.requests;
    if (free < 1) return { what: 'requests in flight', scope: this.#total };
    if (sink.requests >= maxInFlightPerSink) return { what: 'requests in flight for one sink', scope: sink };
    const { namespace } = sink;
    return this.#namespaceShare.allows(namespace.requests, 1, free)
      ? undefined
      : { what: 'requests in flight for one namespace', scope: namespace };
  }

  #byteExcess(admission: Admission, wanted: number): Excess | undefined {
    if (wanted === 0) return undefined;
    const { sink, bytes: own } = admission;
    const free = this.#freeBytes(own, own + wanted);
    if (wanted > free) return { what: 'bytes in flight', scope: this.#total };
    // A request alone may always use what is there: a share must not make a large event impossible.
    if (!this.#sinkShare.allows(sink.bytes - own, own + wanted, free))
      return { what: 'bytes in flight for one sink', scope: sink };
    return this.#namespaceShare.allows(sink.namespace.bytes - own, own + wanted, free)
      ? undefined
      : { what: 'bytes in flight for one namespace', scope: sink.namespace };
  }

  /** What nobody holds, without the reserve for a request that is not small. */
  #freeBytes(own: number, size: number): number {
    const { maxInFlightBytes } = this.#limits;
    const mayUseAll = size <= this.#smallBytes || this.#total.bytes === own;
    const limit = mayUseAll ? maxInFlightBytes : maxInFlightBytes * (1 - reservedPart);
    return limit - this.#total.bytes;
  }

  /** Cuts the slowest sender that the limit is about, or throws `Overloaded`. */
  #makeRoom({ what, scope }: Excess, forThis: Admission): void {
    const before = this.#now() - slowAfterMs;
    for (const admission of this.#receiving) {
      if (admission.since > before) break;
      const { sink } = admission;
      const isMeant = scope === this.#total || scope === sink || scope === sink.namespace;
      if (!isMeant || admission === forThis) continue;
      admission.cut();
      return;
    }
    throw overloaded(what);
  }
}

/** One request's share of the {@link Budget}. */
export class Admission {
  readonly sink: SinkTally;
  bytes = 0;
  further = 0;
  /** When its body began to come. */
  since = 0;
  readonly #budget: Budget;
  #sender: SlowSender | undefined;
  #left = false;

  constructor(budget: Budget, sink: SinkTally) {
    this.#budget = budget;
    this.sink = sink;
  }

  /** The body is still to come. Until it is there, its sender may be interrupted for the sake of others. */
  receive(sender: SlowSender): void {
    this.#sender = sender;
    this.since = this.#budget.receiving(this);
  }

  /** The body has come, or will not. */
  endReceiving(): void {
    this.#budget.received(this);
  }

  /** So many bytes more have come; throws `Overloaded`. */
  grow(bytes: number): void {
    this.#budget.grow(this, bytes);
  }

  /** The body was a batch of so many events; throws `Overloaded`. */
  holdEvents(count: number): void {
    if (count < 2) return;
    this.#budget.takeEvents(this, count - 1);
    this.further = count - 1;
  }

  /** Used by {@link Budget}: gives everything back at once and has the sender answered. */
  cut(): void {
    this.leave();
    this.#sender?.interrupt(new SinkError('RequestTimeout'));
  }

  /** Gives everything back; a second call does nothing. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#budget.giveBack(this);
  }
}

function overloaded(what: string): SinkError {
  return new SinkError('Overloaded', { detail: `Too many ${what}.` });
}
