export { catalogue, definitionOf, type LabelOf, type MetricName, type MetricOfType } from './catalogue.ts';
export { apps, seriesOf, type App, type MetricDefinition } from './definition.ts';
export { knownSeries } from './known-series.ts';
export { borrowedMetrics } from './process.ts';
