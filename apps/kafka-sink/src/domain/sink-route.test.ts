import { describe, expect, test } from '@jest/globals';
import type { KafkaSink } from '@event-sinks/crds';
import type { ErrorCode } from '@event-sinks/errors';
import type { CredentialsState } from './credentials-state.ts';
import { routeOf, servingOf, type Destination } from './sink-route.ts';

function makeKafkaSink(spec: object = {}, metadata: object = {}): KafkaSink {
  return {
    apiVersion: 'eventing.knative.dev/v1alpha1',
    kind: 'KafkaSink',
    metadata: { name: 'orders', namespace: 'shop', uid: 'u', generation: 3, ...metadata },
    spec: {
      ...{ topic: 'orders', bootstrapServers: ['a:9092', 'b:9092'], contentMode: 'binary' },
      ...{ topicDeletionPolicy: 'Delete', ...spec },
    },
  };
}

const auth = { auth: { secret: { ref: { name: 's' } } } };
const login = (digest: string): CredentialsState => ({
  state: 'valid',
  security: { protocol: 'SSL' },
  digest,
});

test('a route carries what the event path needs and nothing else', () => {
  const route = {
    uid: 'u',
    generation: 3,
    namespace: 'shop',
    name: 'orders',
    topic: 'orders',
    contentMode: 'binary',
    bootstrapServers: ['a:9092', 'b:9092'],
  };
  expect(routeOf(makeKafkaSink())).toEqual({
    ...route,
    secretName: undefined,
    isTerminating: false,
    isUnderPolicy: false,
  });
  expect(routeOf(makeKafkaSink(auth, { deletionTimestamp: 'now' }))).toEqual({
    ...{ ...route, secretName: 's', isTerminating: true, isUnderPolicy: false },
  });
});

describe('a sink', () => {
  test.each<[string, CredentialsState | undefined, ErrorCode]>([
    ['whose Secret was never asked for', undefined, 'CredentialsNotReady'],
    ['whose Secret is not read yet', { state: 'unread' }, 'CredentialsNotReady'],
    ['whose Secret may not be read', { state: 'forbidden' }, 'CredentialsNotReady'],
    ['whose Secret is missing', { state: 'missing' }, 'CredentialsNotReady'],
    ['whose Secret is broken', { state: 'invalid', message: 'key user is missing' }, 'CredentialsNotReady'],
    ['whose Secret is one too many', { state: 'beyond-limit' }, 'LimitReached'],
  ])('%s is refused, and not met in plain text', (_name, credentials, code) => {
    expect(servingOf(routeOf(makeKafkaSink(auth)), credentials)).toMatchObject({ refuse: code });
  });

  test('that is being deleted takes no event', () => {
    const route = routeOf(makeKafkaSink(auth, { deletionTimestamp: '2026-01-01T00:00:00Z' }));
    expect(servingOf(route, login('a'))).toMatchObject({ refuse: 'SinkTerminating' });
  });

  test('with credentials is served with them, and one without in plain text', () => {
    const security = { protocol: 'SSL' };
    expect(servingOf(routeOf(makeKafkaSink(auth)), login('a'))).toMatchObject({ serve: { security } });
    expect(servingOf(routeOf(makeKafkaSink()), undefined)).toMatchObject({ serve: { security: undefined } });
  });
});

describe('a producer is shared', () => {
  const destination = (spec: object, credentials?: CredentialsState): Destination => {
    const serving = servingOf(routeOf(makeKafkaSink(spec)), credentials);
    if ('refuse' in serving) throw new Error(serving.detail);
    return serving.serve;
  };

  test('by every sink of the same brokers, however they are listed', () => {
    const key = (...bootstrapServers: string[]): string => destination({ bootstrapServers }).producerKey;
    expect(key('b:9092', 'a:9092', 'a:9092')).toBe(key('a:9092', 'b:9092'));
    expect(key('a:9092')).not.toBe(key('a:9092', 'b:9092'));
  });

  test('only with the same credentials', () => {
    const plain = destination({});
    const [one, same, other] = ['a', 'a', 'b'].map((digest) => destination(auth, login(digest)));
    expect(one?.producerKey).toBe(same?.producerKey);
    expect(new Set([plain, one, other].map((each) => each?.producerKey)).size).toBe(3);
    expect(new Set([plain, one, other].map((each) => each?.clusterKey)).size).toBe(1);
  });
});
