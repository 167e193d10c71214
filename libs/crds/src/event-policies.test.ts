import { describe, expect, test } from '@jest/globals';
import { isUnderEventPolicy } from './event-policies.ts';

describe('whether EventPolicies protect a sink', () => {
  const ready = (status: 'True' | 'False' | 'Unknown') => ({
    conditions: [{ type: 'EventPoliciesReady', status }],
  });
  test.each([
    ['no without a status', undefined, false],
    ['no without policies', { policies: [], ...ready('True') }, false],
    ['no before anybody has looked', ready('Unknown'), false],
    [
      'no where another condition is False',
      { conditions: [{ type: 'Ready', status: 'False' as const }] },
      false,
    ],
    ['yes with a policy', { policies: [{ name: 'only-billing' }], ...ready('True') }, true],
    ['yes while a policy is not ready', ready('False'), true],
  ])('%s', (_name, status, expected) => {
    expect(isUnderEventPolicy(status)).toBe(expected);
  });
});
