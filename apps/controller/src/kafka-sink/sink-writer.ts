import { kafkaSinkFinalizer, kafkaSinkResource } from '@event-sinks/crds';
import { isConflict, isNotFound, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock } from '@event-sinks/runtime';
import { claimAnnotations, type TopicClaim } from '../domain/topic-claim.ts';

/** Writes what concerns the ownership of a topic onto a KafkaSink. */
export interface SinkWriter {
  /**
   * Puts the finalizer on or takes it off, at the version that was decided on.
   * @returns the sink as it is then; undefined when it has changed or gone meanwhile, which wakes us.
   */
  setHeld(sink: KubeObject, isHeld: boolean, signal: AbortSignal): Promise<KubeObject | undefined>;
  /** Keeps a claim that Kafka has just given us. @returns false when the sink is gone. */
  recordClaim(sink: KubeObject, claim: TopicClaim): Promise<boolean>;
}

/** What a {@link SinkWriter} works with. */
export interface SinkWriterOptions {
  readonly client: Pick<KubeClient, 'get' | 'patch' | 'patchStatus'>;
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Tries to write a claim, against concurrent changes and an API server that is away for a moment. */
const mostTries = 10;
const pauseMs = 500;

/** Every write is bound to the version of the sink that was read. */
export function createSinkWriter({ client, fence, clock }: SinkWriterOptions): SinkWriter {
  return {
    async setHeld(sink, isHeld, signal) {
      const { namespace, name, resourceVersion = '', finalizers = [] } = sink.metadata;
      const others = finalizers.filter((each) => each !== kafkaSinkFinalizer);
      const wanted = isHeld ? [...others, kafkaSinkFinalizer] : others;
      fence();
      try {
        const patch = { metadata: { finalizers: wanted } };
        return await client.patch(kafkaSinkResource, { namespace, name, resourceVersion }, patch, { signal });
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return undefined;
        throw error;
      }
    },
    /*
     * Neither fenced nor ended with the pass: that this sink has created the topic stays true whoever leads by now, and
     * if it were not written down, nobody would dare to delete the topic again.
     */
    async recordClaim(sink, claim) {
      const { namespace, name, uid = '' } = sink.metadata;
      const annotations = claimAnnotations(claim, uid);
      for (let tries = 1; ; tries += 1) {
        try {
          const { metadata } = await client.get(kafkaSinkResource, { namespace, name });
          if (metadata.uid !== uid) return false;
          const target = { namespace, name, resourceVersion: metadata.resourceVersion ?? '' };
          await client.patchStatus(kafkaSinkResource, target, { annotations });
          return true;
        } catch (error) {
          if (isNotFound(error)) return false;
          if (tries === mostTries) throw error;
          if (!isConflict(error)) await clock.sleep(pauseMs);
        }
      }
    },
  };
}
