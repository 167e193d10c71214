import { describe, expect, test } from '@jest/globals';
import { matchersIn, seriesIn } from './index.ts';

describe('the series of a query', () => {
  test.each([
    ['up == 0', ['up']],
    ['sum by (le, job) (rate(a_bucket{x="y_z"}[5m])) / on (job) b_total > 0.05', ['a_bucket', 'b_total']],
    ['histogram_quantile(0.99, sum by (le) (rate(a_bucket[$__rate_interval])))', ['a_bucket']],
    ['min(a > 0) - time() < 7 * 24 * 3600', ['a']],
    ['count(max by (k) (a{n=~"$sink"}) == 0) or vector(0)', ['a']],
    ['sum(a) unless sum(b offset 5m) > 0 or absent(a)', ['a', 'b']],
  ])('%s', (query, series) => {
    expect(seriesIn(query)).toEqual(series);
  });
});

test('the matchers of a query are found with their series', () => {
  expect(matchersIn('sum(a{x="1",y=~"2,z=3"}) / b{z!="4"}')).toEqual([
    { series: 'a', label: 'x' },
    { series: 'a', label: 'y' },
    { series: 'b', label: 'z' },
  ]);
});
