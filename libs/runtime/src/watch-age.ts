import { Gauge } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** Something that follows the API server. */
export interface Watched {
  secondsSinceLastSign(): number;
}

/**
 * Exposes for each watch how long nothing has been heard from the API server: the figure to alert on, since a watch
 * that has gone quiet looks like a cluster in which nothing changes.
 */
export function exposeWatchAge(
  registry: Metrics['registry'],
  watches: Readonly<Record<string, Watched>>,
): void {
  new Gauge({
    name: 'event_sinks_watch_age_seconds',
    help: 'Time since the last sign of life of a watch on the API server',
    labelNames: ['resource'],
    registers: [registry],
    collect() {
      for (const [resource, watch] of Object.entries(watches))
        this.set({ resource }, watch.secondsSinceLastSign());
    },
  });
}
