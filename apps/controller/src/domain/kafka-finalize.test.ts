import { expect, test } from '@jest/globals';
import type { CredentialsView } from './credentials.ts';
import { planFinalize, type FinalizeView } from './kafka-finalize.ts';
import type { TopicView } from './topic.ts';

const limits = { timeMs: 60_000, tries: 10 };
const found = (id?: string): TopicView => ({ state: 'found', partitions: 1, replicationFactor: 1, id });
const trouble = { about: 'brokers', reason: 'KafkaUnavailable', message: 'Nobody answers.' } as const;
const says = (view: TopicView, state: 'none' | 'missing' | 'forbidden' = 'none') => ({
  kafka: { credentials: { state } satisfies CredentialsView, view },
});
const nobodyAnswers = says({ state: 'unknown', trouble });
const base: FinalizeView = {
  ...{ topic: 'orders', claim: { state: 'created', id: 'A' }, policy: 'Delete', wasRefused: false },
  ...{ sinceMs: 0, tries: 0, namespace: 'staying', user: false, ...says(found('A')) },
};
const unseen = {
  namespace: undefined,
  kafka: undefined,
  user: undefined,
} as unknown as Partial<FinalizeView>;
const release = { do: 'release' };
const keeps = (why: string, type = 'Warning') => ({
  ...release,
  event: { type, reason: 'TopicKept', note: expect.stringContaining(why) as unknown },
});
const look = (at: string) => ({ do: 'look', at });
const intended = { claim: { state: 'intended' } } as const;

test.each<[string, Partial<FinalizeView>, object]>([
  ['its own topic is deleted', {}, { do: 'delete', id: 'A' }],
  [
    'its own that it lost sight of is deleted',
    { claim: { state: 'intended', id: 'A' } },
    { do: 'delete', id: 'A' },
  ],
  ['when it is gone the sink may go', says({ state: 'missing' }), release],
  ['somebody else’s is kept, and nothing said', { claim: { state: 'external' }, ...unseen }, release],
  ['nothing known, nothing deleted', { claim: { state: 'none' }, ...unseen }, release],
  ['one of another id is kept', says(found('B')), keeps('another one')],
  ['one without an id is kept', says(found()), keeps('another one')],
  ['without the Secret it is kept at once', says({ state: 'unasked' }, 'missing'), keeps('Secret')],
  ['the brokers may come back', nobodyAnswers, { do: 'wait' }],
  ['a Secret may be mended', says({ state: 'unasked' }, 'forbidden'), { do: 'wait' }],
  ['but not for ever', { ...nobodyAnswers, sinceMs: 60_000 }, keeps('nobody answers')],
  ['nor time and again', { ...nobodyAnswers, tries: 10 }, keeps('nobody answers')],
  [
    'an unreadable Secret neither',
    { ...says({ state: 'unasked' }, 'forbidden'), tries: 10 },
    keeps('credentials'),
  ],
  ['a topic that does not go is kept', { sinceMs: 60_000 }, keeps('do not delete it')],
])('%s', (_sentence, change, plan) => {
  expect(planFinalize({ ...base, ...change }, limits)).toEqual(plan);
});

test.each<[string, Partial<FinalizeView>, object]>([
  ['first the namespace is looked at', unseen, look('namespace')],
  ['then the brokers', { ...unseen, namespace: 'staying' }, look('kafka')],
  ['then, with the topic still there, the other sinks', { user: undefined as never }, look('user')],
  [
    'another may be deleted in the same breath',
    { user: 'the KafkaSink audit', sinceMs: 4_999 },
    { do: 'wait' },
  ],
  [
    'a topic that another goes on using is kept',
    { user: 'the KafkaSink audit', sinceMs: 5_000 },
    keeps('the KafkaSink audit uses it'),
  ],
])('whether others use it: %s', (_sentence, change, plan) => {
  expect(planFinalize({ ...base, ...change }, limits)).toEqual(plan);
});

test.each<[string, Partial<FinalizeView>]>([
  ['with the Secret and the topic there', {}],
  ['with the Secret gone', says({ state: 'unasked' }, 'missing')],
  ['before anything else was looked at', { ...unseen, namespace: 'ending' }],
  ['with brokers that are away', nobodyAnswers],
])('in a namespace that is being deleted the topic is kept, %s', (_sentence, change) => {
  const plan = planFinalize({ ...base, ...change, namespace: 'ending' }, limits);
  expect(plan).toEqual(keeps('its namespace is being deleted'));
});

test('a namespace that may not be looked at is no reason to delete, nor to hang', () => {
  const unknown = { ...base, namespace: 'unknown' } as const;
  expect(planFinalize(unknown, limits)).toEqual({ do: 'wait' });
  expect(planFinalize({ ...unknown, tries: 10 }, limits)).toEqual(keeps('nobody could tell'));
});

test.each<[string, Partial<FinalizeView>, object]>([
  ['its own is kept, whoever is away', unseen, keeps('topicDeletionPolicy', 'Normal')],
  ['nothing is said of one that it has not created', { claim: { state: 'external' } }, release],
  ['nor of one that may not be there', { ...intended, ...unseen }, release],
])('with the policy Retain %s', (_sentence, change, plan) => {
  expect(planFinalize({ ...base, ...change, policy: 'Retain' }, limits)).toEqual(plan);
});

test.each<[string, Partial<FinalizeView>, object]>([
  ['the brokers are asked whether it is there', unseen, look('kafka')],
  ['one that is there is kept', says(found('A')), keeps('cut off')],
  ['nothing is said of one that is not there', says({ state: 'missing' }), release],
  ['it may be there while nobody can be asked', nobodyAnswers, keeps('if it is there')],
  ['also without the Secret', says({ state: 'unasked' }, 'missing'), keeps('if it is there')],
  ['nothing is said of one that the brokers have refused', { ...unseen, wasRefused: true }, release],
])('of a topic that was about to be created: %s', (_sentence, change, plan) => {
  expect(planFinalize({ ...base, ...intended, ...change }, limits)).toEqual(plan);
});
