/** How much of everything a run does. */
export interface Sizes {
  readonly crashPoints: {
    /** Rounds over all points. */
    readonly rounds: number;
    /** Points that share one process when it gets the signal; STOP always takes all of them at once. */
    readonly pointsPerSignal: number;
    readonly stopMs: number;
  };
  readonly apiFaults: { readonly windowMs: number; readonly outageMs: number; readonly deadlineMs: number };
  readonly copies: { readonly events: number; readonly copies: number; readonly eventsAtOnce: number };
  readonly rolling: { readonly restarts: number; readonly senders: number; readonly drainDelayMs: number };
  readonly deletes: {
    /** Events that are sent, deleted at once and sent again, for each way to delete. */
    readonly events: number;
    /** Events that are sent time and again while Jobs are deleted. */
    readonly steady: number;
    readonly steadyMs: number;
  };
  readonly identities: number;
  readonly badInputs: number;
}

/** What `npm run faults` does. */
export const fullSizes: Sizes = {
  crashPoints: { rounds: 5, pointsPerSignal: 1, stopMs: 60_000 },
  apiFaults: { windowMs: 3_000, outageMs: 60_000, deadlineMs: 10_000 },
  copies: { events: 1_000, copies: 20, eventsAtOnce: 4 },
  rolling: { restarts: 50, senders: 16, drainDelayMs: 5_000 },
  deletes: { events: 1_000, steady: 200, steadyMs: 60_000 },
  identities: 1_000_000,
  badInputs: 20_000,
};

/** What every change is tested with. */
export const smallSizes: Sizes = {
  crashPoints: { rounds: 1, pointsPerSignal: 32, stopMs: 2_000 },
  apiFaults: { windowMs: 300, outageMs: 2_000, deadlineMs: 2_000 },
  copies: { events: 50, copies: 20, eventsAtOnce: 5 },
  rolling: { restarts: 10, senders: 8, drainDelayMs: 400 },
  deletes: { events: 15, steady: 10, steadyMs: 1_500 },
  identities: 50_000,
  badInputs: 1_500,
};
