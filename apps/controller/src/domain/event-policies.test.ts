import { describe, expect, test } from '@jest/globals';
import { eventPoliciesFinding, refusedFinding, securityView, type Gate } from './event-policies.ts';

const gate = (refusal: ReturnType<Gate['refusal']>, isAccepted = false): Gate => ({
  refusal: (isUnderPolicy) => (isUnderPolicy ? 'AuthorizationNotSupported' : refusal),
  isAccepted: (isUnderPolicy) => isAccepted && !isUnderPolicy,
});
const policies = [{ name: 'only-billing' }];

describe('what a status says of security', () => {
  test.each([
    ['nothing is asked for', gate(undefined), undefined, 'True', 'OIDCDisabled', undefined],
    [
      'authentication is enabled',
      ...([gate('AuthorizationNotSupported'), undefined] as const),
      ...(['False', 'AuthorizationNotSupported', 'AuthorizationNotSupported'] as const),
    ],
    [
      'policies are in force',
      ...([gate(undefined), { policies }] as const),
      ...(['False', 'AuthorizationNotSupported', 'AuthorizationNotSupported'] as const),
    ],
    [
      'transport encryption is strict',
      ...([gate('TransportEncryptionNotSupported'), undefined] as const),
      ...(['True', 'OIDCDisabled', 'TransportEncryptionNotSupported'] as const),
    ],
    ['the operator accepts it', gate(undefined, true), undefined, 'True', 'NotEnforced', undefined],
    // The pods are asked, and say themselves what keeps them.
    [
      'the features are not known yet',
      gate('ApiServerUnavailable'),
      undefined,
      'True',
      'OIDCDisabled',
      undefined,
    ],
  ])('%s', (_name, asked, sinkStatus, status, reason, refused) => {
    const view = securityView(asked, sinkStatus);
    expect(eventPoliciesFinding(view)).toMatchObject({ type: 'EventPoliciesReady', status, reason });
    const finding = refusedFinding(view);
    expect(finding?.reason).toBe(refused);
    if (finding !== undefined) expect(finding).toMatchObject({ type: 'DataPlaneAvailable', status: 'False' });
  });

  test('a refusal names the ConfigMap and the value of the chart', () => {
    for (const code of ['AuthorizationNotSupported', 'TransportEncryptionNotSupported'] as const) {
      const { message } = refusedFinding(securityView(gate(code), undefined)) ?? {};
      expect(message).toContain('config-features');
      expect(message).toContain('security.acceptUnenforced');
    }
  });
});
