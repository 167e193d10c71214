import { gauge, type Metrics } from './metrics.ts';

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
  gauge(registry, 'event_sinks_watch_age_seconds', (age) => {
    for (const [resource, watch] of Object.entries(watches))
      age.set({ resource }, watch.secondsSinceLastSign());
  });
}
