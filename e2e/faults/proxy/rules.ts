import type { Exchange } from './exchange.ts';

/** What is done with one call instead of passing it through. Resolves when the call is over. */
export type Fault = (exchange: Exchange) => Promise<void>;

/** Which calls a fault is for. */
export interface Rule {
  /** An HTTP method, or `WATCH` for a GET that watches. */
  readonly method: string;
  /** Tested against the path; the name of an object that is created is put behind its collection's path. */
  readonly target: RegExp;
  /** Only the nth call that fits, counted from 1; every one unless given. */
  readonly nth?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface PlacedRule {
  /** How often its fault was injected. */
  fired(): number;
  /** Takes the rule away; what it holds up goes on. */
  lift(): void;
}

interface Entry {
  readonly rule: Rule;
  seen: number;
  fired: number;
}

/** The rules of one proxy; the first that fits and whose turn it is decides. */
export class Rules {
  readonly #entries = new Set<Entry>();

  add(rule: Rule): PlacedRule {
    const entry: Entry = { rule, seen: 0, fired: 0 };
    this.#entries.add(entry);
    return {
      fired: () => entry.fired,
      lift: () => {
        this.#entries.delete(entry);
      },
    };
  }

  /** The fault for this call, if it is to have one. */
  faultFor(method: string, target: string): Fault | undefined {
    const fitting = [...this.#entries].filter(
      ({ rule }) => rule.method === method && rule.target.test(target),
    );
    // Every rule counts every call that fits it, also one that another rule decides.
    for (const entry of fitting) entry.seen += 1;
    const due = fitting.find(({ rule, seen }) => rule.nth === undefined || rule.nth === seen);
    if (due === undefined) return undefined;
    due.fired += 1;
    return due.rule.fault;
  }
}
