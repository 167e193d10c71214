import { expect, test } from '@jest/globals';
import { planFinalize, type FinalizeView } from './kafka-finalize.ts';
import type { TopicView } from './topic.ts';

const limits = { timeMs: 60_000, tries: 10 };
const found = (id?: string): TopicView => ({ state: 'found', partitions: 1, replicationFactor: 1, id });
const trouble = { about: 'brokers', reason: 'KafkaUnavailable', message: 'Nobody answers.' } as const;
const base: FinalizeView = {
  ...{ topic: 'orders', claim: { state: 'created', id: 'A' }, credentials: { state: 'none' } },
  ...{ view: found('A'), sinceMs: 0, tries: 0 },
};
const release = { do: 'release' };
const keeps = (why: string) => ({
  ...release,
  event: { type: 'Warning', reason: 'TopicKept', note: expect.stringContaining(why) as unknown },
});

test.each<[string, Partial<FinalizeView>, object]>([
  ['its own topic is deleted', {}, { do: 'delete', id: 'A' }],
  [
    'its own that it lost sight of is deleted',
    { claim: { state: 'intended', id: 'A' } },
    { do: 'delete', id: 'A' },
  ],
  ['when it is gone the sink may go', { view: { state: 'missing' } }, release],
  ['somebody else’s is kept, and nothing said', { claim: { state: 'external' } }, release],
  ['nothing known, nothing deleted', { claim: { state: 'none' } }, release],
  ['one in doubt is kept', { claim: { state: 'intended' } }, keeps('cut off')],
  ['one of another id is kept', { view: found('B') }, keeps('another one')],
  ['one without an id is kept', { view: found() }, keeps('another one')],
  [
    'without the Secret it is kept at once',
    { credentials: { state: 'missing' }, view: { state: 'unasked' } },
    keeps('Secret'),
  ],
  ['the brokers may come back', { view: { state: 'unknown', trouble } }, { do: 'wait' }],
  [
    'a Secret may be mended',
    { credentials: { state: 'forbidden' }, view: { state: 'unasked' } },
    { do: 'wait' },
  ],
  ['but not for ever', { view: { state: 'unknown', trouble }, sinceMs: 60_000 }, keeps('nobody answers')],
  ['nor time and again', { view: { state: 'unknown', trouble }, tries: 10 }, keeps('nobody answers')],
  [
    'an unreadable Secret neither',
    { credentials: { state: 'forbidden' }, view: { state: 'unasked' }, tries: 10 },
    keeps('credentials'),
  ],
  ['a topic that does not go is kept', { sinceMs: 60_000 }, keeps('do not delete it')],
])('%s', (_sentence, change, plan) => {
  expect(planFinalize({ ...base, ...change }, limits)).toEqual(plan);
});
