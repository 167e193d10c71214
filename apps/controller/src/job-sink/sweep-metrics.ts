import { counter, gauge, type Registry } from '@event-sinks/runtime';
import type { JobCount } from '../domain/job-counts.ts';
import type { SweepResult } from './sweep-job.ts';

/** What is counted about sweeps. */
export interface SweepMetrics {
  /** A Job's Secret was asked about; `unknown` when there was no telling. */
  checked(result: SweepResult | 'unknown'): void;
  /** A sweep over all Jobs has ended. */
  swept(outcome: 'complete' | 'failed'): void;
  /** A whole sweep has found these Jobs, and no others. */
  found(counts: readonly JobCount[]): void;
}

/** The series of the sweep; every value of a label is one of ours. */
export function createSweepMetrics(registry: Registry): SweepMetrics {
  const checked = counter(registry, 'event_sinks_sweep_jobs_total');
  const swept = counter(registry, 'event_sinks_sweeps_total');
  const found = gauge(registry, 'event_sinks_jobs');
  return {
    checked: (result) => {
      checked.inc({ result });
    },
    swept: (outcome) => {
      swept.inc({ outcome });
    },
    found: (counts) => {
      found.reset();
      for (const { namespace, sink, outcome, jobs } of counts)
        found.set({ kn_sink_namespace: namespace, kn_sink_name: sink, outcome }, jobs);
    },
  };
}
