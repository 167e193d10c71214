import { describe, expect, test } from '@jest/globals';
import {
  isRefused,
  isStored,
  isSwept,
  knownMissingMs,
  refusedAnnotation,
  storedAnnotation,
  sweptAnnotation,
  unseenStoreMs,
  withdrawMs,
  withdrawnMs,
} from './sweep-pact.ts';

describe.each([
  ['swept', sweptAnnotation, isSwept],
  ['refused', refusedAnnotation, isRefused],
  ['stored', storedAnnotation, isStored],
])('the mark %s', (_mark, annotation, isMarked) => {
  test.each([
    ['without annotations', { uid: 'a' }, false],
    ['marked with its uid', { uid: 'a', annotations: { [annotation]: 'a' } }, true],
    ['that has another Job’s mark', { uid: 'a', annotations: { [annotation]: 'b' } }, false],
    ['that is not created yet', { annotations: { [annotation]: '' } }, false],
  ])('of a Job %s', (_what, metadata, marked) => {
    expect(isMarked({ metadata })).toBe(marked);
  });
});

test('the sweep waits longer than a dispatcher may go without a look', () => {
  expect(knownMissingMs).toBeGreaterThanOrEqual(2 * unseenStoreMs);
});

test('who may not write to a Job waits longer than its maker may take to mark it', () => {
  expect(withdrawnMs).toBeGreaterThan(withdrawMs);
});
