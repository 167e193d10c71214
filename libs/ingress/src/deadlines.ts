import type { Clock, Timer } from '@event-sinks/runtime';

/** Something that is told when its time is over. */
export interface Expirable {
  expire(): void;
}

/** Requests that begin within a hundredth of the time share a timer and a signal, so they end up to 1 % early. */
const shares = 100;

/**
 * Deadlines of one length for many requests.
 *
 * A timer and an AbortController for each request would cost more than the rest of the front does; a set
 * shared by neighbours costs an insertion and a removal.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #pending = new Set<Deadline>();
  #newest: Deadline | undefined;
  #newestUntil = 0;

  constructor(clock: Clock, ms: number) {
    this.#clock = clock;
    this.#ms = ms;
  }

  /** The deadline of something that begins now; `member.expire()` is called unless it leaves before. */
  join(member: Expirable, now: number): Deadline {
    const newest = now < this.#newestUntil ? this.#newest : undefined;
    const deadline = newest ?? this.#open(now);
    deadline.members.add(member);
    return deadline;
  }

  /** Calls everything off: nobody will be told any more. */
  stop(): void {
    for (const deadline of this.#pending) deadline.cancel();
    this.#pending.clear();
    this.#newest = undefined;
  }

  #open(now: number): Deadline {
    const deadline = new Deadline();
    deadline.timer = this.#clock.setTimeout(() => {
      this.#pending.delete(deadline);
      deadline.fire();
    }, this.#ms);
    this.#pending.add(deadline);
    this.#newest = deadline;
    this.#newestUntil = now + this.#ms / shares;
    return deadline;
  }
}

/** One moment, shared by all that joined for it. */
export class Deadline {
  readonly members = new Set<Expirable>();
  readonly #controller = new AbortController();
  timer: Timer | undefined;

  /** Aborts at the deadline; never when everyone has left and the process stops. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The member is done in time. */
  leave(member: Expirable): void {
    this.members.delete(member);
  }

  /** Called by the timer. */
  fire(): void {
    this.#controller.abort();
    for (const member of this.members) member.expire();
    this.members.clear();
  }

  /** Called when the server closes. */
  cancel(): void {
    this.timer?.cancel();
    this.members.clear();
  }
}
