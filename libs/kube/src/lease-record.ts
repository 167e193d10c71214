import type { Clock } from '@event-sinks/runtime';
import type { CallOptions, KubeClient } from './client.ts';
import { isNotFound } from './kube-api-error.ts';
import { claimedSpec, leases, releasedSpec, type Lease, type LeaseSpec } from './lease.ts';

/** What {@link LeaseRecord} needs. */
export interface LeaseRecordOptions {
  readonly client: Pick<KubeClient, 'get' | 'create' | 'replace'>;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly leaseDurationMs: number;
}

/**
 * One candidate's view of the lease.
 *
 * Times in the object are never compared with our clock, because two machines' clocks differ. What counts is
 * how long, on our own monotonic clock, the record has stayed the same. Rounding is always to the safe side: a
 * foreign record is as old as the moment we saw it, our own as old as the moment before we sent it.
 */
export class LeaseRecord {
  readonly #options: LeaseRecordOptions;
  #observed: LeaseSpec | undefined;
  #observedAt = 0;

  constructor(options: LeaseRecordOptions) {
    this.#options = options;
  }

  /**
   * Takes or renews the lease. Resolves with the monotonic time from which it counts, or with undefined when
   * somebody else holds it; throws when the API server says neither.
   */
  async claim(call: CallOptions): Promise<number | undefined> {
    const lease = await this.#read(call);
    if (lease === undefined) return this.#write(undefined, call);
    this.#observe(lease.spec);
    return this.#isTaken() ? undefined : this.#write(lease, call);
  }

  /** Gives the lease back if it is still ours. */
  async release(call: CallOptions): Promise<void> {
    const { client, clock, identity } = this.#options;
    const lease = await this.#read(call);
    if (lease?.spec?.holderIdentity !== identity) return;
    await client.replace(leases, { ...lease, spec: releasedSpec(lease.spec, clock.now()) }, call);
  }

  async #read(call: CallOptions): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return await client.get(leases, { namespace, name }, call);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  #observe(spec: LeaseSpec | undefined): void {
    if (this.#observed !== undefined && JSON.stringify(spec ?? {}) === JSON.stringify(this.#observed)) return;
    this.#observed = spec ?? {};
    this.#observedAt = this.#options.clock.monotonic();
  }

  #isTaken(): boolean {
    const { holderIdentity = '', leaseDurationSeconds } = this.#observed ?? {};
    if (holderIdentity === '' || holderIdentity === this.#options.identity) return false;
    // The holder's own promise counts; ours may be configured shorter.
    const durationMs = Math.max((leaseDurationSeconds ?? 0) * 1000, this.#options.leaseDurationMs);
    return this.#options.clock.monotonic() < this.#observedAt + durationMs;
  }

  async #write(lease: Lease | undefined, call: CallOptions): Promise<number> {
    const { client, clock, namespace, name, identity, leaseDurationMs } = this.#options;
    const spec = claimedSpec(lease?.spec, { identity, durationMs: leaseDurationMs, now: clock.now() });
    const sentAt = clock.monotonic();
    const metadata = { namespace, name };
    const written = await (lease === undefined
      ? client.create(leases, { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec }, call)
      : client.replace(leases, { ...lease, spec }, call));
    this.#observed = written.spec ?? {};
    this.#observedAt = sentAt;
    return sentAt;
  }
}
