import { catalogue } from './catalogue.ts';
import { seriesOf } from './definition.ts';
import { borrowedMetrics } from './process.ts';

/** Every name under which a query may ask for something. */
export function knownSeries(): ReadonlySet<string> {
  return new Set(
    Object.entries({ ...catalogue, ...borrowedMetrics }).flatMap(([name, metric]) => seriesOf(name, metric)),
  );
}
