import type { KafkaSink } from '@event-sinks/crds';

/** All that the event path needs to know of a KafkaSink. */
export interface SinkRoute {
  readonly uid: string;
  readonly generation: number;
  readonly namespace: string;
  readonly name: string;
  readonly topic: string;
  readonly contentMode: 'binary' | 'structured';
  readonly bootstrapServers: readonly string[];
  readonly state: 'served' | 'terminating' | 'auth-not-supported';
}

/** The route that follows from the sink as it is now. */
export function routeOf(sink: KafkaSink): SinkRoute {
  const { uid, generation, namespace, name, deletionTimestamp } = sink.metadata;
  const { topic, contentMode, bootstrapServers, auth } = sink.spec;
  const state = deletionTimestamp !== undefined ? 'terminating' : auth ? 'auth-not-supported' : 'served';
  return { uid, generation, namespace, name, topic, contentMode, bootstrapServers, state };
}

/** Sinks with the same key share a producer: the same brokers, in whatever order they are written. */
export function clusterKey(route: SinkRoute): string {
  return [...new Set(route.bootstrapServers)].sort().join(',');
}
