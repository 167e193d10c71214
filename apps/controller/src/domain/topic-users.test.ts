import { describe, expect, test } from '@jest/globals';
import { topicIdAnnotation, type KafkaSink } from '@event-sinks/crds';
import { otherUser, topicIdAnnotations, topicUserOf } from './topic-users.ts';

interface Given {
  readonly uid?: string;
  readonly topic?: string;
  readonly brokers?: string[];
  readonly annotations?: Record<string, string>;
  readonly deletionTimestamp?: string;
}

function sink({ uid = 'other', topic = 'orders', brokers = ['kafka:9092'], ...rest }: Given): KafkaSink {
  const { annotations, deletionTimestamp } = rest;
  return {
    ...{ apiVersion: 'eventing.knative.dev/v1alpha1', kind: 'KafkaSink' },
    metadata: {
      namespace: 'shop',
      name: uid,
      uid,
      generation: 1,
      ...(deletionTimestamp && { deletionTimestamp }),
    },
    spec: { topic, bootstrapServers: brokers, contentMode: 'binary', topicDeletionPolicy: 'Delete' },
    status: { ...(annotations && { annotations }) },
  };
}

const noted = (id: string, given: Given = {}): Given => ({
  ...given,
  annotations: topicIdAnnotations(sink(given), id),
});
const elsewhere = { brokers: ['elsewhere:9092'] };
const mine = topicUserOf(sink({ uid: 'mine', brokers: ['kafka:9092', 'kafka-2:9092'] }));

describe('uses the topic', () => {
  test.each<[string, Given]>([
    ['with a broker in common', { brokers: ['kafka-9:9092', 'kafka-2:9092'] }],
    ['with one written otherwise', { brokers: ['Kafka.:9092'] }],
    ['with a broker in common, whatever id was noted', noted('B')],
    ['with brokers of other names, about whose topic nothing is known', elsewhere],
    ['with brokers of other names and the same id', noted('A', elsewhere)],
    [
      'with an id that was noted of brokers before these',
      { ...elsewhere, ...noted('B'), brokers: ['moved:1'] },
    ],
    [
      'with an id that another sink has noted',
      { ...elsewhere, annotations: { [topicIdAnnotation]: 'x/y/B' } },
    ],
    ['with an id that is empty', noted('', elsewhere)],
  ])('another sink %s', (_sentence, given) => {
    expect(otherUser(mine, 'A', [topicUserOf(sink(given))])?.name).toBe('other');
  });
});

describe('does not use it', () => {
  test.each<[string, Given]>([
    ['the sink itself', { uid: 'mine' }],
    ['one with another topic', { topic: 'bills' }],
    ['one whose topic has another id, on brokers of other names', noted('B', elsewhere)],
    ['one that is being deleted', { deletionTimestamp: '2026-01-01T00:00:00Z' }],
  ])('%s', (_sentence, given) => {
    expect(otherUser(mine, 'A', [topicUserOf(sink(given))])).toBeUndefined();
  });
});

test('the first that does is found behind those that do not', () => {
  const others = [sink({ topic: 'bills' }), sink({ uid: 'audit' })].map(topicUserOf);
  expect(otherUser(mine, 'A', others)?.name).toBe('audit');
});
