import { isUnderEventPolicy, type KafkaSink } from '@event-sinks/crds';
import type { ErrorCode } from '@event-sinks/errors';
import type { KafkaSecurity } from '@event-sinks/kafka';
import type { CredentialsState } from './credentials-state.ts';

/** All that the event path needs to know of a KafkaSink. */
export interface SinkRoute {
  readonly uid: string;
  readonly generation: number;
  readonly namespace: string;
  readonly name: string;
  readonly topic: string;
  readonly contentMode: 'binary' | 'structured';
  readonly bootstrapServers: readonly string[];
  /** The Secret in the sink's namespace with its credentials; undefined where the brokers ask for none. */
  readonly secretName: string | undefined;
  readonly isTerminating: boolean;
  /** EventPolicies protect it. */
  readonly isUnderPolicy: boolean;
}

/** A cluster, and how to log in to it: what one producer serves. */
export interface Destination {
  readonly bootstrapServers: readonly string[];
  readonly security: KafkaSecurity | undefined;
  /** Equal for the same brokers, in whatever order they are written. */
  readonly clusterKey: string;
  /** Equal for the same cluster and credentials; holds no secret. */
  readonly producerKey: string;
}

/** Whether events of a sink can be written now, and where. */
export type Serving =
  | { readonly serve: Destination }
  | { readonly refuse: ErrorCode; /** For the log only. */ readonly detail: string };

/** The route that follows from the sink as it is now. */
export function routeOf(sink: KafkaSink): SinkRoute {
  const { uid, generation, namespace, name, deletionTimestamp } = sink.metadata;
  const { topic, contentMode, bootstrapServers, auth } = sink.spec;
  return {
    ...{ uid, generation, namespace, name, topic, contentMode, bootstrapServers },
    secretName: auth?.secret.ref.name,
    isTerminating: deletionTimestamp !== undefined,
    isUnderPolicy: isUnderEventPolicy(sink.status),
  };
}

/**
 * Whether the sink is served, from what is known of its Secret.
 *
 * A Secret that is gone or broken refuses the sink's events, although the credentials before it might still work: a pod
 * that has just started knows only the Secret as it is, and all pods must tell the same; and whoever takes a Secret
 * away may mean to stop the writing. Senders are told to try again. Credentials that are complete and different are
 * taken into use at once.
 */
export function servingOf(route: SinkRoute, credentials: CredentialsState | undefined): Serving {
  if (route.isTerminating) return { refuse: 'SinkTerminating', detail: 'the KafkaSink is being deleted' };
  if (route.secretName === undefined) return { serve: destinationOf(route, undefined, '') };
  const known = credentials ?? { state: 'unread' };
  switch (known.state) {
    case 'valid':
      return { serve: destinationOf(route, known.security, known.digest) };
    case 'invalid':
      return { refuse: 'CredentialsNotReady', detail: known.message };
    case 'beyond-limit':
      return {
        refuse: 'LimitReached',
        detail: 'more Secrets are named than MAX_SECRETS and NAMESPACE_SHARE allow',
      };
    case 'unread':
    case 'forbidden':
    case 'missing':
      return { refuse: 'CredentialsNotReady', detail: `the Secret is ${known.state}` };
  }
}

function destinationOf(
  { bootstrapServers }: SinkRoute,
  security: KafkaSecurity | undefined,
  digest: string,
): Destination {
  const clusterKey = [...new Set(bootstrapServers)].sort().join(',');
  return { bootstrapServers, security, clusterKey, producerKey: `${clusterKey} ${digest}` };
}
