import type { CredentialsView } from './credentials.ts';
import type { SinkEvent } from './ready-event.ts';
import { claimedId, type TopicClaim } from './topic-claim.ts';
import type { TopicView } from './topic.ts';

/** What is known about a sink that is being deleted. */
export interface FinalizeView {
  readonly topic: string;
  readonly claim: TopicClaim;
  readonly credentials: CredentialsView;
  readonly view: TopicView;
  /** Milliseconds since the deletion was asked for. */
  readonly sinceMs: number;
  /** How often this process has asked the brokers in vain. */
  readonly tries: number;
}

/** How long a sink is held back for a topic that cannot be deleted; whichever comes first. */
export interface FinalizeLimits {
  readonly timeMs: number;
  readonly tries: number;
}

/** What a pass over a sink that is being deleted does. */
export type FinalizePlan =
  /** Lets the sink go. */
  | { readonly do: 'release'; readonly event?: SinkEvent }
  /** Deletes the topic with this id, and looks again. */
  | { readonly do: 'delete'; readonly id: string }
  | { readonly do: 'wait' };

/**
 * Whether the topic goes with its sink. Every doubt keeps the topic, and every obstacle ends in time: a topic too many
 * is removed by hand, while data that is gone is gone and a sink that cannot be deleted holds its namespace.
 */
export function planFinalize(found: FinalizeView, limits: FinalizeLimits): FinalizePlan {
  const id = claimedId(found.claim);
  if (id === undefined)
    return released(found.claim.state === 'intended' ? kept(found, mayBeOurs) : undefined);
  if (found.credentials.state === 'missing') return released(kept(found, noSecret));
  switch (found.view.state) {
    case 'missing':
      return released(undefined);
    case 'found':
      return found.view.id === id
        ? orGiveUp({ do: 'delete', id }, found, limits)
        : released(kept(found, notOurs));
    case 'unknown':
      return orGiveUp({ do: 'wait' }, found, limits, found.view.trouble.message);
    case 'unasked':
      return orGiveUp({ do: 'wait' }, found, limits);
  }
}

const mayBeOurs = 'a create of it was cut off, and it may be somebody else’s';
const noSecret = 'the Secret with the credentials is gone';
const notOurs = 'it is another one than the sink has created';

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

function sentenceEnd(words: string): string {
  return `${words.charAt(0).toLowerCase()}${words.slice(1)}`.replace(/\.$/, '');
}
