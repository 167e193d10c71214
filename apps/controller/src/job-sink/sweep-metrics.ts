import { Counter, type Registry } from '@event-sinks/runtime';
import type { SweepResult } from './sweep-job.ts';

/** What is counted about sweeps. */
export interface SweepMetrics {
  /** A Job's Secret was asked about; `unknown` when there was no telling. */
  checked(result: SweepResult | 'unknown'): void;
  /** A sweep over all Jobs has ended. */
  swept(outcome: 'complete' | 'failed'): void;
}

/** The series of the sweep; every value of a label is one of ours. */
export function createSweepMetrics(registry: Registry): SweepMetrics {
  const registers = [registry];
  const checked = new Counter({
    name: 'event_sinks_sweep_jobs_total',
    help: 'Jobs whose Secret was asked about, by what came of it: stored, waiting, removed, changed, unknown',
    labelNames: ['result'],
    registers,
  });
  const swept = new Counter({
    name: 'event_sinks_sweeps_total',
    help: 'Sweeps over all Jobs of JobSinks, by how they ended',
    labelNames: ['outcome'],
    registers,
  });
  return {
    checked: (result) => {
      checked.inc({ result });
    },
    swept: (outcome) => {
      swept.inc({ outcome });
    },
  };
}
