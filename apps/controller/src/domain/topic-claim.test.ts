import { describe, expect, test } from '@jest/globals';
import { topicClaimAnnotation, topicOwnerAnnotation } from '@event-sinks/crds';
import { claimAnnotations, claimedId, readClaim, type TopicClaim } from './topic-claim.ts';

const id = 'Zm9vYmFyYmF6cXV4MTIzNA';

describe('a claim is read as it was written', () => {
  test.each<[TopicClaim, string | undefined]>([
    [{ state: 'none' }, undefined],
    [{ state: 'intended' }, undefined],
    [{ state: 'intended', id }, id],
    [{ state: 'created', id }, id],
    [{ state: 'external' }, undefined],
  ])('%j', (claim, owned) => {
    expect(readClaim(claimAnnotations(claim, 'uid'), 'uid')).toEqual(claim);
    expect(claimedId(claim)).toBe(owned);
  });
});

describe('says nothing', () => {
  test.each<[string, Record<string, string> | undefined]>([
    ['a status without annotations', undefined],
    ['the claim of another sink', claimAnnotations({ state: 'created', id }, 'other')],
    ['an owner that Knative has written', { [topicOwnerAnnotation]: 'kafkasink-controller' }],
    ['a claim without an id', { [topicClaimAnnotation]: 'created/uid' }],
    ['a claim with an empty id', { [topicClaimAnnotation]: 'created/uid/' }],
    ['a word that is none', { [topicClaimAnnotation]: 'owned/uid/x' }],
  ])('%s', (_sentence, annotations) => {
    expect(readClaim(annotations, 'uid')).toEqual({ state: 'none' });
  });
});

test('the owner has the values that Knative gives it', () => {
  expect(claimAnnotations({ state: 'created', id }, 'uid')[topicOwnerAnnotation]).toBe(
    'kafkasink-controller',
  );
  expect(claimAnnotations({ state: 'external' }, 'uid')[topicOwnerAnnotation]).toBe('external');
});
