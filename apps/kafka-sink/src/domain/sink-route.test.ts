import { describe, expect, test } from '@jest/globals';
import type { KafkaSink } from '@event-sinks/crds';
import { clusterKey, routeOf } from './sink-route.ts';

function makeKafkaSink(spec: object = {}, metadata: object = {}): KafkaSink {
  return {
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name: 'orders', namespace: 'shop', uid: 'u', generation: 3, ...metadata },
    spec: { topic: 'orders', bootstrapServers: ['a:9092', 'b:9092'], contentMode: 'binary', ...spec },
  };
}

describe('a route', () => {
  test('carries what the event path needs and nothing else', () => {
    expect(routeOf(makeKafkaSink())).toEqual({
      uid: 'u',
      generation: 3,
      namespace: 'shop',
      name: 'orders',
      topic: 'orders',
      contentMode: 'binary',
      bootstrapServers: ['a:9092', 'b:9092'],
      state: 'served',
    });
  });

  test.each([
    [
      'a sink that is being deleted takes no event',
      {},
      { deletionTimestamp: '2026-01-01T00:00:00Z' },
      'terminating',
    ],
    [
      'a sink with credentials is not met in plain text',
      { auth: { secret: { ref: { name: 's' } } } },
      {},
      'auth-not-supported',
    ],
  ])('%s', (_name, spec, metadata, state) => {
    expect(routeOf(makeKafkaSink(spec, metadata)).state).toBe(state);
  });

  test('shares its producer with every sink of the same brokers, however they are listed', () => {
    const key = (bootstrapServers: string[]): string =>
      clusterKey(routeOf(makeKafkaSink({ bootstrapServers })));
    expect(key(['b:9092', 'a:9092', 'a:9092'])).toBe(key(['a:9092', 'b:9092']));
    expect(key(['a:9092'])).not.toBe(key(['a:9092', 'b:9092']));
  });
});
