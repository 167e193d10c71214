import { kafkaSinkResource, parseKafkaSink, type KafkaSink } from '@event-sinks/crds';
import { isForbidden, isNotFound, listAll, namespaces, type KubeClient } from '@event-sinks/kube';
import type { NamespaceView } from '../domain/kafka-finalize.ts';
import { otherUser, topicUserOf } from '../domain/topic-users.ts';

/** What else has a say about the topic of a sink that is being deleted. Both ask the API server itself, not a cache. */
export interface Surroundings {
  /** Whether the sink's namespace stays. @throws KubeApiError */
  namespaceOf(sink: KafkaSink, signal: AbortSignal): Promise<NamespaceView>;
  /**
   * Another sink that may write to the topic with this id, in words for the owner of `sink`, or false.
   * @throws KubeApiError
   */
  userOf(sink: KafkaSink, topicId: string, signal: AbortSignal): Promise<string | false>;
}

/** What {@link createSurroundings} takes. */
export interface SurroundingsOptions {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  /** Whose sinks are looked after; all when empty. */
  readonly watchNamespaces: readonly string[];
}

const pageSize = 500;

/** Looks around by single questions: it is done once for a sink, at its end. */
export function createSurroundings({ client, watchNamespaces }: SurroundingsOptions): Surroundings {
  const everywhere = watchNamespaces.length === 0 ? [undefined] : watchNamespaces;
  return {
    async namespaceOf({ metadata }, signal) {
      try {
        const found = await client.get(namespaces, { name: metadata.namespace }, { signal });
        return found.metadata.deletionTimestamp === undefined ? 'staying' : 'ending';
      } catch (error) {
        if (isNotFound(error)) return 'ending';
        if (isForbidden(error)) return 'unknown';
        throw error;
      }
    },
    async userOf(sink, topicId, signal) {
      for (const namespace of everywhere) {
        const query = { namespace, limit: pageSize, signal };
        const { items } = await listAll(client, kafkaSinkResource, query);
        const sinks = items.flatMap((item) => {
          const parsed = parseKafkaSink(item);
          return parsed.ok ? [topicUserOf(parsed.value)] : [];
        });
        const user = otherUser(topicUserOf(sink), topicId, sinks);
        if (user === undefined) continue;
        // Who may read this namespace may not know what is in others.
        return user.namespace === sink.metadata.namespace
          ? `the KafkaSink ${user.name}`
          : 'a KafkaSink of another namespace';
      }
      return false;
    },
  };
}
