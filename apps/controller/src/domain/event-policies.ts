import type { ConditionFinding, SinkStatus } from '@event-sinks/crds';
import type { ErrorCode } from '@event-sinks/errors';

/** What the security gate says of one sink. */
export interface SecurityView {
  /** Why the data planes refuse its events; undefined where they do not. */
  readonly refusal: ErrorCode | undefined;
  /** They take its events only because the operator accepts that nothing is enforced. */
  readonly isAccepted: boolean;
}

/** Something that answers as the gate of the data planes does. */
export interface Gate {
  refusal(isUnderPolicy: boolean): ErrorCode | undefined;
  isAccepted(isUnderPolicy: boolean): boolean;
}

/**
 * Asks the gate about a sink whose status this process writes. What it wrote itself into EventPoliciesReady does not count:
 * it would never be True again.
 */
export function securityView(gate: Gate, status: Pick<SinkStatus, 'policies'> | undefined): SecurityView {
  const isUnderPolicy = (status?.policies ?? []).length > 0;
  return { refusal: gate.refusal(isUnderPolicy), isAccepted: gate.isAccepted(isUnderPolicy) };
}

/** This version takes events from everybody or from nobody, and must not look as if it did otherwise. */
export function eventPoliciesFinding({ refusal, isAccepted }: SecurityView): ConditionFinding {
  const type = 'EventPoliciesReady';
  if (refusal === 'AuthorizationNotSupported')
    return { type, status: 'False', reason: refusal, message: refused[refusal] };
  if (isAccepted) return { type, status: 'True', reason: 'NotEnforced', message: notEnforced };
  return { type, status: 'True', reason: 'OIDCDisabled', message: disabled };
}

/** Replaces what the pods said where they refuse every event, which is the reason that they do not serve the sink. */
export function refusedFinding({ refusal }: SecurityView): ConditionFinding | undefined {
  if (refusal !== 'AuthorizationNotSupported' && refusal !== 'TransportEncryptionNotSupported')
    return undefined;
  return { type: 'DataPlaneAvailable', status: 'False', reason: refusal, message: refused[refusal] };
}

const accept = 'or accept that nothing is enforced with security.acceptUnenforced=true in the chart';

const refused = {
  AuthorizationNotSupported:
    'Events are refused with 503: authentication is enabled, or status.policies names EventPolicies, and this version ' +
    'enforces neither. Set authentication-oidc in ConfigMap config-features to disabled, and create the sink again ' +
    `without EventPolicies; ${accept}.`,
  TransportEncryptionNotSupported:
    'Events are refused with 503: transport-encryption in ConfigMap config-features is strict, and this version takes ' +
    `events over plain HTTP only. Set it to disabled; ${accept}.`,
} as const;

const notEnforced =
  'EventPolicies, authentication and transport encryption are not enforced, as security.acceptUnenforced accepts; every ' +
  'sender that reaches the address is let in.';

const disabled =
  'EventPolicies are not evaluated by this version; every sender in reach of the address is let in.';
