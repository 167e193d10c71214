import type { ReconcileMetrics } from '@event-sinks/reconciler';
import { counter, gauge, histogram, type Registry } from '@event-sinks/runtime';

/** The series of the reconcile loops, one set of labels per loop. */
export function createReconcileMetrics(registry: Registry): ReconcileMetrics {
  const duration = histogram(registry, 'event_sinks_reconcile_duration_seconds');
  const retries = counter(registry, 'event_sinks_reconcile_retries_total');
  const queue = gauge(registry, 'event_sinks_reconcile_queue');
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
