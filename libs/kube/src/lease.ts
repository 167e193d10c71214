import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

/** A `coordination.k8s.io/v1` Lease. */
export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

/** Who holds a lease, since when and for how long. */
export interface LeaseSpec {
  /** Absent when the lease was given back. */
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
  readonly [key: string]: unknown;
}

/** The resource to get and write {@link Lease} objects with. */
export const leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  namespaced: true,
};

/** What a candidate writes into a lease. */
export interface LeaseClaim {
  readonly identity: string;
  readonly durationMs: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The spec by which `claim` takes or renews a lease that had `before`. */
export function claimedSpec(before: LeaseSpec | undefined, claim: LeaseClaim): LeaseSpec {
  const renewTime = microTime(claim.now);
  const held = before?.holderIdentity === claim.identity;
  return {
    holderIdentity: claim.identity,
    leaseDurationSeconds: Math.ceil(claim.durationMs / 1000),
    acquireTime: held ? (before.acquireTime ?? renewTime) : renewTime,
    renewTime,
    leaseTransitions: nextTransitions(before, held),
  };
}

/** The spec by which the holder gives a lease back: nobody holds it, and it is over in a second anyway. */
export function releasedSpec(before: LeaseSpec, now: number): LeaseSpec {
  return {
    leaseDurationSeconds: 1,
    renewTime: microTime(now),
    acquireTime: microTime(now),
    leaseTransitions: before.leaseTransitions ?? 0,
  };
}

function nextTransitions(before: LeaseSpec | undefined, held: boolean): number {
  if (before === undefined) return 0;
  return (before.leaseTransitions ?? 0) + (held ? 0 : 1);
}

/** Kubernetes' MicroTime takes exactly six digits after the point. */
function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
