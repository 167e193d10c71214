import type { ReconcileMetrics } from '@event-sinks/reconciler';
import { Counter, Gauge, Histogram, type Registry } from '@event-sinks/runtime';

/** The series of the reconcile loops, one set of labels per loop. */
export function createReconcileMetrics(registry: Registry): ReconcileMetrics {
  const registers = [registry];
  const duration = new Histogram({
    name: 'event_sinks_reconcile_duration_seconds',
    help: 'Time that one pass over one sink took, by how it ended',
    labelNames: ['loop', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers,
  });
  const retries = new Counter({
    name: 'event_sinks_reconcile_retries_total',
    help: 'Sinks put back in line after a pass that failed',
    labelNames: ['loop'],
    registers,
  });
  const queue = new Gauge({
    name: 'event_sinks_reconcile_queue',
    help: 'Sinks in line (depth), being worked on (processing) and waiting for their time (delayed)',
    labelNames: ['loop', 'state'],
    registers,
  });
  return {
    reconciled: (loop, outcome, seconds) => {
      duration.observe({ loop, outcome }, seconds);
    },
    retried: (loop) => {
      retries.inc({ loop });
    },
    queued: (loop, sizes) => {
      for (const [state, size] of Object.entries(sizes)) queue.set({ loop, state }, Number(size));
    },
  };
}
