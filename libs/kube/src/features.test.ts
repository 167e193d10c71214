import { describe, expect, test } from '@jest/globals';
import { readSecurityFeatures } from './features.ts';

describe('the security features of config-features', () => {
  test.each([
    ['are off without data', undefined, false, false],
    ['are off without the keys', { 'kreference-group': 'enabled' }, false, false],
    [
      'are off where they are disabled',
      { 'authentication-oidc': 'disabled', 'transport-encryption': 'disabled' },
      false,
      false,
    ],
    [
      'are on where they are asked for',
      { 'authentication-oidc': 'enabled', 'transport-encryption': 'strict' },
      true,
      true,
    ],
    ['ignore case', { 'authentication-oidc': 'Enabled', 'transport-encryption': 'STRICT' }, true, true],
    [
      'ignore case where they are off',
      { 'authentication-oidc': 'Disabled', 'transport-encryption': 'Permissive' },
      false,
      false,
    ],
    ['ignore spaces around keys', { ' authentication-oidc ': 'enabled' }, true, false],
    ['ignore the example', { _example: 'authentication-oidc: enabled' }, false, false],
    [
      'are on for values that nobody knows',
      { 'authentication-oidc': 'yes', 'transport-encryption': 'on' },
      true,
      true,
    ],
    [
      'are on for values with spaces, as Knative does not trim them',
      { 'authentication-oidc': 'disabled ' },
      true,
      false,
    ],
    ['are on for empty values', { 'authentication-oidc': '', 'transport-encryption': '' }, true, true],
  ])('%s', (_name, data, authentication, strictTransport) => {
    expect(readSecurityFeatures(data)).toEqual({ authentication, strictTransport });
  });
});
