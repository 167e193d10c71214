import { topicClaimAnnotation, topicOwnerAnnotation } from '@event-sinks/crds';

/**
 * What the status of a sink says about who created its topic. A topic is deleted with the sink only when it still has
 * the id in a claim; Kafka gives every topic an id of its own, also one that is created again under the same name.
 */
export type TopicClaim =
  /** Nothing has been found out yet. */
  | { readonly state: 'none' }
  /** The sink is about to create the topic; `id` is that of the one it created before, if any. */
  | { readonly state: 'intended'; readonly id?: string }
  /** Kafka answered this sink that it has created the topic. */
  | { readonly state: 'created'; readonly id: string }
  /** Somebody else created the topic, or it cannot be told. */
  | { readonly state: 'external' };

/** The values of `topic.owner`, which are Knative's. */
export const topicOwners = { created: 'kafkasink-controller', external: 'external' } as const;

type Annotations = Readonly<Record<string, string>>;

/**
 * The claim of the sink with this uid. One that carries another uid came with a status that was copied from another
 * sink, from a backup for example, and says nothing; so does an owner without a claim, which Knative's controller also
 * writes for topics that were there before.
 */
export function readClaim(annotations: Annotations | undefined, uid: string): TopicClaim {
  const [state, owner, id] = (annotations?.[topicClaimAnnotation] ?? '').split('/');
  if (owner !== uid) return { state: 'none' };
  if (state === 'external') return { state };
  if (state === 'intended') return id === undefined ? { state } : { state, id };
  return state === 'created' && id !== undefined && id !== '' ? { state, id } : { state: 'none' };
}

/** The annotations that keep a claim. None is ever taken away: a merge patch that leaves one out keeps it. */
export function claimAnnotations(claim: TopicClaim, uid: string): Record<string, string> {
  switch (claim.state) {
    case 'none':
      return {};
    case 'intended':
      return { [topicClaimAnnotation]: ['intended', uid, ...(claim.id ? [claim.id] : [])].join('/') };
    case 'created':
      return {
        [topicOwnerAnnotation]: topicOwners.created,
        [topicClaimAnnotation]: `created/${uid}/${claim.id}`,
      };
    case 'external':
      return { [topicOwnerAnnotation]: topicOwners.external, [topicClaimAnnotation]: `external/${uid}` };
  }
}

/** The id of the topic that the sink has created, as far as it is known. */
export function claimedId(claim: TopicClaim): string | undefined {
  return claim.state === 'created' || claim.state === 'intended' ? claim.id : undefined;
}
