import type { ConditionFinding, KafkaSinkSpec } from '@event-sinks/crds';
import type { SinkEvent } from './ready-event.ts';
import { claimedId, type TopicClaim } from './topic-claim.ts';
import {
  shapeFinding,
  topicIs,
  troubleFinding,
  unaskedFinding,
  wantedShape,
  type TopicShape,
  type TopicView,
} from './topic.ts';

/** What a pass does about the topic, and what the status says of it afterwards. */
export interface TopicPlan {
  readonly finding: ConditionFinding;
  /** The claim to write with the status. */
  readonly claim: TopicClaim;
  /**
   * `hold`: put the finalizer on the sink, before anything is there that would have to be removed with it.
   * `letGo`: take it off, since nothing of the sink’s is there.
   * `create`: create the topic; the intention stands in the status already.
   */
  readonly effect?: { readonly do: 'hold' | 'letGo' } | { readonly do: 'create'; readonly shape: TopicShape };
  /** What a person is told once the claim is written. */
  readonly event?: SinkEvent;
}

/**
 * What follows from what the brokers said.
 *
 *   claim      topic          then
 *   none       missing        hold the sink, claim `intended`; the next pass creates
 *   none       there          `external`: it was there before
 *   intended   missing        create; Kafka answers `created` to exactly one of all who ask, and only that one claims it
 *   intended   there          `external`: a pass was cut off after its create, or somebody was faster; in doubt kept
 *   created    missing        was deleted under the sink: `intended` again, and the next pass creates it anew
 *   created    there, same    stays
 *   created    there, other   somebody has deleted it and created another: `external`
 *   external   missing        told, and not created: who made it decides whether it comes back, and with which settings
 */
export function planTopic(
  spec: KafkaSinkSpec,
  claim: TopicClaim,
  view: TopicView,
  isHeld: boolean,
): TopicPlan {
  switch (view.state) {
    case 'unasked':
      return { claim, finding: unaskedFinding };
    case 'unknown':
      return { claim, finding: troubleFinding(spec, view.trouble) };
    case 'missing':
      return planMissing(spec, claim, isHeld);
    case 'found': {
      const found = claimFound(spec, claim, view.id);
      const effect = holding(found.claim, isHeld);
      return { ...found, finding: shapeFinding(spec, view), ...(effect && { effect }) };
    }
  }
}

function planMissing(spec: KafkaSinkSpec, claim: TopicClaim, isHeld: boolean): TopicPlan {
  const shape = wantedShape(spec);
  const { topic } = spec;
  if (shape === undefined) {
    const message = `The topic ${topic} is not there; create it with the tools of Kafka.`;
    return { claim, finding: topicIs('False', 'TopicNotFound', message) };
  }
  if (claim.state === 'external') {
    const message =
      `The topic ${topic} is gone. It was not created by this sink, which therefore does not create it again; ` +
      'create it with the tools of Kafka, or delete the sink and create it anew.';
    return { claim, finding: topicIs('False', 'TopicNotFound', message) };
  }
  const finding = topicIs(
    'False',
    'TopicBeingCreated',
    `The topic ${topic} is not there and is being created.`,
  );
  if (claim.state === 'intended' && isHeld) return { claim, finding, effect: { do: 'create', shape } };
  const id = claimedId(claim);
  const intended: TopicClaim = { state: 'intended', ...(id !== undefined && { id }) };
  const gone = claim.state === 'created' && { event: goneEvent(topic) };
  return { claim: intended, finding, ...(!isHeld && { effect: { do: 'hold' } }), ...gone };
}

/** A sink is held back exactly while there is a topic of its own. */
function holding(claim: TopicClaim, isHeld: boolean): TopicPlan['effect'] {
  if (claim.state === 'created' && !isHeld) return { do: 'hold' };
  return claim.state === 'external' && isHeld ? { do: 'letGo' } : undefined;
}

function claimFound(
  spec: KafkaSinkSpec,
  claim: TopicClaim,
  id: string | undefined,
): Pick<TopicPlan, 'claim' | 'event'> {
  const external: TopicClaim = { state: 'external' };
  if (claim.state === 'none' || claim.state === 'external') return { claim: external };
  const known = claimedId(claim);
  // Brokers may deny a topic for a moment after it was created or moved; this is the one of before.
  if (known !== undefined && known === id) return { claim: { state: 'created', id: known } };
  // Nothing can be said without an id; nothing is deleted without one either.
  if (id === undefined) return { claim };
  const event = claim.state === 'created' ? replacedEvent(spec.topic) : inDoubtEvent(spec.topic);
  return { claim: external, event };
}

function goneEvent(topic: string): SinkEvent {
  const note = `The topic ${topic} was deleted under the sink, which has created it and creates it anew.`;
  return { type: 'Warning', reason: 'TopicGone', note };
}

function replacedEvent(topic: string): SinkEvent {
  const note = `The topic ${topic} is another one than the sink has created, and will be kept when the sink is deleted.`;
  return { type: 'Warning', reason: 'TopicReplaced', note };
}

function inDoubtEvent(topic: string): SinkEvent {
  const note =
    `The topic ${topic} appeared while the sink was about to create it. It is used, and will be kept when the sink ` +
    'is deleted, since it may be somebody else’s.';
  return { type: 'Warning', reason: 'TopicInDoubt', note };
}
