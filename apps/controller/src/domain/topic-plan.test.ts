import { describe, expect, test } from '@jest/globals';
import type { KafkaSinkSpec } from '@event-sinks/crds';
import { planTopic } from './topic-plan.ts';
import type { TopicClaim } from './topic-claim.ts';
import type { TopicView } from './topic.ts';

const existing: KafkaSinkSpec = {
  ...{ topic: 'orders', bootstrapServers: ['kafka:9092'], contentMode: 'binary' },
  topicDeletionPolicy: 'Delete',
};
const created: KafkaSinkSpec = { ...existing, numPartitions: 3, replicationFactor: 2 };
const shape = { numPartitions: 3, replicationFactor: 2 };
const found = (id?: string): TopicView => ({ state: 'found', partitions: 3, replicationFactor: 2, id });
const missing: TopicView = { state: 'missing' };

interface Case {
  readonly sentence: string;
  readonly spec?: KafkaSinkSpec;
  readonly claim: TopicClaim;
  readonly view: TopicView;
  readonly isHeld?: boolean;
  readonly then: TopicClaim;
  readonly effect?: object;
  readonly event?: string;
}

describe('who created the topic', () => {
  test.each<Case>([
    {
      sentence: 'a topic that was there before is somebody else’s, also when both numbers are given',
      ...{ claim: { state: 'none' }, view: found('A'), isHeld: false, then: { state: 'external' } },
    },
    {
      sentence: 'a sink that has nothing of its own is not held back',
      ...{ claim: { state: 'external' }, view: found('A') },
      ...{ then: { state: 'external' }, effect: { do: 'letGo' } },
    },
    {
      sentence: 'an absent one is announced before it is created, with the sink held back first',
      ...{ claim: { state: 'none' }, view: missing, isHeld: false },
      ...{ then: { state: 'intended' }, effect: { do: 'hold' } },
    },
    {
      sentence: 'a sink that is held already is not held twice',
      ...{ claim: { state: 'none' }, view: missing, then: { state: 'intended' } },
    },
    {
      sentence: 'what was announced is created',
      ...{ claim: { state: 'intended' }, view: missing },
      ...{ then: { state: 'intended' }, effect: { do: 'create', shape } },
    },
    {
      sentence: 'nothing is created while the sink could go without a trace',
      ...{ claim: { state: 'intended' }, view: missing, isHeld: false },
      ...{ then: { state: 'intended' }, effect: { do: 'hold' } },
    },
    {
      sentence: 'one that appears while it was announced is in doubt',
      ...{
        claim: { state: 'intended' },
        view: found('A'),
        then: { state: 'external' },
        event: 'TopicInDoubt',
        effect: { do: 'letGo' },
      },
    },
    {
      sentence: 'its own stays its own',
      ...{ claim: { state: 'created', id: 'A' }, view: found('A'), then: { state: 'created', id: 'A' } },
    },
    {
      sentence: 'a sink whose own topic is there is held back, also when somebody took the finalizer off',
      ...{ claim: { state: 'created', id: 'A' }, view: found('A'), isHeld: false },
      ...{ then: { state: 'created', id: 'A' }, effect: { do: 'hold' } },
    },
    {
      sentence: 'its own that is deleted is announced again, and its id is kept in mind',
      ...{ claim: { state: 'created', id: 'A' }, view: missing },
      ...{ then: { state: 'intended', id: 'A' }, event: 'TopicGone' },
    },
    {
      sentence: 'its own that was only denied for a moment is its own again',
      ...{ claim: { state: 'intended', id: 'A' }, view: found('A'), then: { state: 'created', id: 'A' } },
    },
    {
      sentence: 'one that somebody put in the place of its own is not its own',
      ...{ claim: { state: 'created', id: 'A' }, view: found('B') },
      ...{ then: { state: 'external' }, event: 'TopicReplaced', effect: { do: 'letGo' } },
    },
    {
      sentence: 'one that appears in the place of its own, which is announced again, is in doubt',
      ...{ claim: { state: 'intended', id: 'A' }, view: found('B') },
      ...{ then: { state: 'external' }, event: 'TopicInDoubt', effect: { do: 'letGo' } },
    },
    {
      sentence: 'without an id nothing is concluded',
      ...{ claim: { state: 'created', id: 'A' }, view: found(), then: { state: 'created', id: 'A' } },
    },
    {
      sentence: 'somebody else’s that is gone is not created',
      ...{ claim: { state: 'external' }, view: missing, then: { state: 'external' } },
    },
    {
      sentence: 'a sink without the numbers creates nothing',
      ...{ spec: existing, claim: { state: 'none' }, view: missing, isHeld: false, then: { state: 'none' } },
    },
    {
      sentence: 'nor one with one of the two',
      ...{ spec: { ...existing, numPartitions: 3 }, claim: { state: 'none' }, view: missing },
      ...{ then: { state: 'none' } },
    },
    {
      sentence: 'as long as nobody can be asked the claim stays',
      ...{
        claim: { state: 'created', id: 'A' },
        view: { state: 'unasked' },
        then: { state: 'created', id: 'A' },
      },
    },
  ])('$sentence', ({ spec = created, claim, view, isHeld = true, then, effect, event }) => {
    const plan = planTopic(spec, claim, view, isHeld);
    expect(plan.claim).toEqual(then);
    expect(plan.effect).toEqual(effect);
    expect(plan.event?.reason).toBe(event);
  });
});

describe('what TopicReady says', () => {
  const trouble = { about: 'brokers', reason: 'KafkaUnavailable', message: 'Nobody answers.' } as const;
  const refused = { about: 'credentials', reason: 'CredentialsRefused', message: 'No.' } as const;
  const differs = (partitions: number, replicationFactor: number): TopicView => ({
    ...{ state: 'found', partitions, replicationFactor, id: 'A' },
  });
  test.each<[string, KafkaSinkSpec, TopicView, string, string | undefined, string]>([
    ['the topic is as asked for', created, found('A'), 'True', undefined, ''],
    ['no number is asked for', existing, differs(1, 1), 'True', undefined, ''],
    [
      'it has fewer partitions',
      created,
      differs(1, 2),
      'False',
      'PartitionCountDiffers',
      '1 partition, numPartitions is 3',
    ],
    [
      'partitions were added to it',
      created,
      differs(5, 2),
      'True',
      undefined,
      'has 5 partitions, numPartitions is 3. That is fine; numPartitions may be raised to 5',
    ],
    [
      'replicas were added to it',
      created,
      differs(3, 3),
      'True',
      undefined,
      'has 3 replicas of a partition, replicationFactor is 2. That is fine',
    ],
    [
      'more partitions make up for no replica',
      created,
      differs(5, 1),
      'False',
      'ReplicationFactorDiffers',
      'add replicas to it',
    ],
    [
      'it has fewer replicas',
      created,
      differs(3, 1),
      'False',
      'ReplicationFactorDiffers',
      '1 replica of a partition, replicationFactor is 2',
    ],
    ['it is absent', existing, missing, 'False', 'TopicNotFound', 'orders is not there; create it'],
    [
      'the brokers are away',
      existing,
      { state: 'unknown', trouble },
      'False',
      'KafkaUnavailable',
      'kafka:9092',
    ],
    [
      'the brokers refuse us',
      existing,
      { state: 'unknown', trouble: refused },
      'Unknown',
      'CredentialsNotReady',
      'see CredentialsReady',
    ],
    [
      'there is no Secret',
      existing,
      { state: 'unasked' },
      'Unknown',
      'CredentialsNotReady',
      'see CredentialsReady',
    ],
  ])('%s', (_sentence, spec, view, status, reason, words) => {
    const { finding } = planTopic(spec, { state: 'external' }, view, true);
    expect(finding).toMatchObject({ type: 'TopicReady', status });
    expect(finding.reason).toBe(reason);
    expect(finding.message ?? '').toContain(words);
  });
});
