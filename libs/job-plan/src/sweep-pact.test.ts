import { expect, test } from '@jest/globals';
import { isSwept, knownMissingMs, sweptAnnotation, unseenStoreMs } from './sweep-pact.ts';

test.each([
  ['without annotations', { uid: 'a' }, false],
  ['marked with its uid', { uid: 'a', annotations: { [sweptAnnotation]: 'a' } }, true],
  ['that has another Job’s mark', { uid: 'a', annotations: { [sweptAnnotation]: 'b' } }, false],
  ['that is not created yet', { annotations: { [sweptAnnotation]: '' } }, false],
])('a Job %s', (_what, metadata, swept) => {
  expect(isSwept({ metadata })).toBe(swept);
});

test('the sweep waits longer than a dispatcher may go without a look', () => {
  expect(knownMissingMs).toBeGreaterThanOrEqual(2 * unseenStoreMs);
});
