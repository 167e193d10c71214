/** How much of everything a run does. */
export interface Sizes {
  readonly brokers: {
    /** Rounds over all kinds of broker faults. */
    readonly rounds: number;
    /** Milliseconds that a fault lasts, where it has a length. */
    readonly lastsMs: number;
  };
  readonly process: { readonly kills: number; readonly terminations: number };
  readonly changes: { readonly changes: number };
  readonly manySinks: { readonly sinks: number; readonly topics: number };
  readonly deadCluster: { readonly seconds: number };
  readonly tenants: {
    /** Of the measurement with the hostile tenant, and of the one without. */
    readonly seconds: number;
    /** Connections for each way to misuse them. */
    readonly connections: number;
    readonly largeEvents: number;
    /** Whether the healthy tenant's latencies are judged, which needs a machine without other work. */
    readonly isLatencyJudged: boolean;
  };
  readonly volume: { readonly events: number };
  /** Keys that events are sent under, each one event at a time, and the pause after each answer. */
  readonly keys: number;
  readonly pauseMs: number;
}

/** What `npm run faults` does. */
export const fullSizes: Sizes = {
  brokers: { rounds: 25, lastsMs: 6_000 },
  process: { kills: 20, terminations: 20 },
  changes: { changes: 50 },
  manySinks: { sinks: 1_000, topics: 20 },
  deadCluster: { seconds: 30 },
  tenants: { seconds: 60, connections: 1_000, largeEvents: 80, isLatencyJudged: true },
  volume: { events: 200_000 },
  keys: 24,
  pauseMs: 20,
};

/** What every change is tested with. */
export const smallSizes: Sizes = {
  brokers: { rounds: 1, lastsMs: 2_500 },
  process: { kills: 2, terminations: 2 },
  changes: { changes: 10 },
  manySinks: { sinks: 100, topics: 5 },
  deadCluster: { seconds: 5 },
  tenants: { seconds: 3, connections: 100, largeEvents: 80, isLatencyJudged: false },
  volume: { events: 5_000 },
  keys: 8,
  pauseMs: 20,
};
