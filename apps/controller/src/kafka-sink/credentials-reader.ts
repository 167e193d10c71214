import type { KafkaSink } from '@event-sinks/crds';
import { readCredentials, type KafkaSecurity } from '@event-sinks/kafka';
import { findKubeApiError, isNotFound, secrets, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock } from '@event-sinks/runtime';
import type { CredentialsView } from '../domain/credentials.ts';

/** What was found under `spec.auth`, and, where it can be used, how to talk to the brokers. */
export interface FoundCredentials {
  readonly view: CredentialsView;
  readonly security?: KafkaSecurity;
  /** The version of the Secret. */
  readonly version?: string | undefined;
}

/** Reads the one Secret that a sink names. @throws KubeApiError when the API server cannot be asked. */
export type CredentialsReader = (sink: KafkaSink, signal: AbortSignal) => Promise<FoundCredentials>;

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Nothing is kept: a Secret that was changed or taken away is noticed at the next look. */
export function createCredentialsReader(client: Pick<KubeClient, 'get'>, clock: Clock): CredentialsReader {
  return async (sink, signal) => {
    const name = sink.spec.auth?.secret.ref.name;
    if (name === undefined) return { view: { state: 'none' } };
    try {
      const target = { namespace: sink.metadata.namespace, name };
      const secret = await client.get<Secret>(secrets, target, { signal });
      return { ...judge(secret, clock.now()), version: secret.metadata.resourceVersion };
    } catch (error) {
      if (isNotFound(error)) return { view: { state: 'missing' } };
      if (findKubeApiError(error)?.status === 403) return { view: { state: 'forbidden' } };
      throw error;
    }
  };
}

function judge({ data = {} }: Secret, nowMs: number): FoundCredentials {
  const reading = readCredentials(data, nowMs);
  if (!reading.ok) return { view: { state: 'wrong', reason: reading.reason, message: reading.message } };
  return { view: { state: 'usable', notes: reading.notes }, security: reading.security };
}
