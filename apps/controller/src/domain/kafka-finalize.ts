import type { KafkaSinkSpec } from '@event-sinks/crds';
import type { CredentialsView } from './credentials.ts';
import type { SinkEvent } from './ready-event.ts';
import { claimedId, type TopicClaim } from './topic-claim.ts';
import type { TopicView } from './topic.ts';

/** What is known about a sink that is being deleted. */
export interface FinalizeView {
  readonly topic: string;
  readonly claim: TopicClaim;
  readonly policy: KafkaSinkSpec['topicDeletionPolicy'];
  /** Whether the brokers have said no to the last create that is known of. */
  readonly wasRefused: boolean;
  /** Milliseconds since the deletion was asked for. */
  readonly sinceMs: number;
  /** How often this process has tried in vain. */
  readonly tries: number;
  /** Its namespace; undefined until it was looked at, as with all that follows. */
  readonly namespace?: NamespaceView;
  /** What the Secret and the brokers say. */
  readonly kafka?: { readonly credentials: CredentialsView; readonly view: TopicView };
  /** Another sink that uses the topic, in words, or false. */
  readonly user?: string | false;
}

/** Whether a namespace stays; `unknown` while the API server does not let us look. */
export type NamespaceView = 'staying' | 'ending' | 'unknown';

/** How long a sink is held back for a topic that cannot be deleted; whichever comes first. */
export interface FinalizeLimits {
  readonly timeMs: number;
  readonly tries: number;
}

/** What can be looked at. */
export type FinalizeQuestion = 'namespace' | 'kafka' | 'user';

/** What a pass over a sink that is being deleted does. */
export type FinalizePlan =
  /** Looks there, and plans again. */
  | { readonly do: 'look'; readonly at: FinalizeQuestion }
  /** Lets the sink go. */
  | { readonly do: 'release'; readonly event?: SinkEvent }
  /** Deletes the topic with this id, and looks again. */
  | { readonly do: 'delete'; readonly id: string }
  | { readonly do: 'wait' };

/**
 * Whether the topic goes with its sink. Every doubt keeps the topic, and every obstacle ends in time: a topic too many
 * is removed by hand, while data that is gone is gone and a sink that cannot be deleted holds its namespace.
 *
 * In a namespace that is being deleted everything goes in an order that nobody chooses, the Secret before the sink or
 * after it. So that this does not decide about data, topics are kept there.
 */
export function planFinalize(found: FinalizeView, limits: FinalizeLimits): FinalizePlan {
  const id = claimedId(found.claim);
  if (id === undefined) return found.claim.state === 'intended' ? planIntended(found) : released(undefined);
  if (found.policy === 'Retain') return released(retained(found));
  if (found.namespace === undefined) return { do: 'look', at: 'namespace' };
  if (found.namespace === 'ending') return released(kept(found, namespaceEnds));
  if (found.namespace === 'unknown') return orGiveUp({ do: 'wait' }, found, limits, namespaceUnknown);
  return planClaimed(found, id, limits);
}

function planClaimed(found: FinalizeView, id: string, limits: FinalizeLimits): FinalizePlan {
  if (found.kafka === undefined) return { do: 'look', at: 'kafka' };
  const { credentials, view } = found.kafka;
  if (credentials.state === 'missing') return released(kept(found, noSecret));
  switch (view.state) {
    case 'missing':
      return released(undefined);
    case 'found':
      return view.id === id ? planOwn(found, id, limits) : released(kept(found, notOurs));
    case 'unknown':
      return orGiveUp({ do: 'wait' }, found, limits, view.trouble.message);
    case 'unasked':
      return orGiveUp({ do: 'wait' }, found, limits);
  }
}

function planOwn(found: FinalizeView, id: string, limits: FinalizeLimits): FinalizePlan {
  if (found.user === undefined) return { do: 'look', at: 'user' };
  if (found.user !== false) {
    if (found.sinceMs < bulkMs && found.tries < limits.tries) return { do: 'wait' };
    return released(kept(found, `${found.user} uses it`));
  }
  return orGiveUp({ do: 'delete', id }, found, limits);
}

/** A create was announced, and no answer is known. The topic is never deleted; a person is told if it may be there. */
function planIntended(found: FinalizeView): FinalizePlan {
  if (found.policy === 'Retain' || found.wasRefused) return released(undefined);
  if (found.kafka === undefined) return { do: 'look', at: 'kafka' };
  return released(found.kafka.view.state === 'missing' ? undefined : kept(found, mayBeOurs));
}

/**
 * Milliseconds in which whoever deletes many sinks at once gets to the others. What becomes of a topic that they share
 * must not depend on which of them was first.
 */
const bulkMs = 5_000;

const mayBeOurs = 'a create of it was cut off, and if it is there it may be somebody else’s';
const noSecret = 'the Secret with the credentials is gone';
const notOurs = 'it is another one than the sink has created';
const namespaceEnds = 'its namespace is being deleted as a whole';
const namespaceUnknown = 'nobody could tell whether its namespace is being deleted';

function orGiveUp(
  plan: FinalizePlan,
  found: FinalizeView,
  limits: FinalizeLimits,
  words = 'the credentials cannot be used',
): FinalizePlan {
  if (found.sinceMs < limits.timeMs && found.tries < limits.tries) return plan;
  return released(kept(found, plan.do === 'delete' ? 'the brokers do not delete it' : sentenceEnd(words)));
}

function released(event: SinkEvent | undefined): FinalizePlan {
  return { do: 'release', ...(event !== undefined && { event }) };
}

function kept({ topic }: FinalizeView, why: string): SinkEvent {
  const note = `The topic ${topic} is kept although the sink is deleted: ${why}. Delete it with the tools of Kafka if nobody needs it.`;
  return { type: 'Warning', reason: 'TopicKept', note };
}

function retained({ topic }: FinalizeView): SinkEvent {
  const note = `The topic ${topic} is kept, as spec.topicDeletionPolicy says.`;
  return { type: 'Normal', reason: 'TopicKept', note };
}

function sentenceEnd(words: string): string {
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`.replace(/\.$/, '');
}
