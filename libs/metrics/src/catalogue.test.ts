import { describe, expect, test } from '@jest/globals';
import { catalogue, definitionOf, type MetricName } from './index.ts';

const names = Object.keys(catalogue) as MetricName[];

/** Prometheus's own conventions for names, and the two prefixes that are ours. */
describe('the name of a metric', () => {
  test.each(names)('%s says what is counted and in which unit', (name) => {
    const { type } = definitionOf(name);
    expect(name).toMatch(/^(event_sinks|kn_eventing)_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (name.includes('duration') || name.includes('age')) expect(name).toMatch(/_seconds$/);
  });
});

describe('the definition of a metric', () => {
  test.each(names)('%s is complete', (name) => {
    const { type, help, labels, buckets = [], apps } = definitionOf(name);
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(apps.length).toBeGreaterThan(0);
    expect(buckets.length > 0).toBe(type === 'histogram');
    expect([...buckets]).toEqual([...buckets].sort((one, other) => one - other));
    for (const [label, values] of Object.entries(labels)) {
      expect(label).toMatch(/^[a-z_]+$/);
      expect(values).not.toBe('');
    }
  });

  test('has no label whose values a sender chooses', () => {
    const ofSenders = ['source', 'id', 'type', 'subject', 'path', 'method', 'key', 'job', 'topic', 'client'];
    const labels = names.flatMap((name) => Object.keys(definitionOf(name).labels));
    expect(labels.filter((label) => ofSenders.some((word) => label.split('_').includes(word)))).toEqual([]);
  });
});
