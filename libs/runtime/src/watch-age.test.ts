import { expect, test } from '@jest/globals';
import { createMetrics } from './metrics.ts';
import { exposeWatchAge } from './watch-age.ts';

test('the age of each watch is read at the moment of the scrape', async () => {
  const { registry } = createMetrics();
  let age = 1;
  exposeWatchAge(registry, { jobsinks: { secondsSinceLastSign: () => age } });
  age = 7.5;
  expect(await registry.metrics()).toContain('event_sinks_watch_age_seconds{resource="jobsinks"} 7.5');
});
