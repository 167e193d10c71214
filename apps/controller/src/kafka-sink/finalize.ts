import { kafkaSinkFinalizer, parseKafkaSink, type KafkaSink } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import type { ReconcileContext, ReconcileResult } from '@event-sinks/reconciler';
import type { Clock } from '@event-sinks/runtime';
import {
  planFinalize,
  type FinalizeLimits,
  type FinalizePlan,
  type FinalizeQuestion,
  type FinalizeView,
} from '../domain/kafka-finalize.ts';
import { claimedId, readClaim, type TopicClaim } from '../domain/topic-claim.ts';
import { wasRefused } from '../domain/topic.ts';
import { deleteTopic, type ActorOptions } from './act.ts';
import { observeKafka, type ObserverOptions } from './observe.ts';
import type { Surroundings } from './surroundings.ts';
import type { TopicQuestion } from './topic-watch.ts';

/** What finalizing a KafkaSink works with. */
export interface KafkaSinkFinalizerOptions extends ObserverOptions, ActorOptions {
  readonly surroundings: Surroundings;
  readonly limits: FinalizeLimits;
  readonly clock: Clock;
}

/** Ends what is kept for sinks that are on their way out. */
export interface KafkaSinkFinalizer {
  /** One pass over a sink that is being deleted. */
  finalize(object: KubeObject, context: ReconcileContext): Promise<ReconcileResult>;
  /** The sink is gone. */
  forget(uid: string): void;
}

/** Takes the topic away with its sink where it is the sink's own, and lets the sink go in any case. */
export function createKafkaSinkFinalizer(options: KafkaSinkFinalizerOptions): KafkaSinkFinalizer {
  const tries = new Map<string, number>();
  const retryMs = options.limits.timeMs / options.limits.tries;
  const plan = async (sink: KafkaSink, signal: AbortSignal): Promise<Planned | undefined> => {
    const { uid, deletionTimestamp = '' } = sink.metadata;
    let seen: Seen = {
      found: {
        ...{ topic: sink.spec.topic, policy: sink.spec.topicDeletionPolicy },
        claim: readClaim(sink.status?.annotations, uid),
        wasRefused: wasRefused(sink.status),
        sinceMs: options.clock.now() - Date.parse(deletionTimestamp),
        tries: tries.get(uid) ?? 0,
      },
    };
    // Only what matters is looked at: without a claim neither Kafka nor the Secret has to be there.
    for (;;) {
      const next = planFinalize(seen.found, options.limits);
      if (next.do !== 'look') return { plan: next, question: seen.question };
      const more = await look(options, sink, { at: next.at, claim: seen.found.claim, signal });
      if (more === undefined) return undefined;
      seen = { ...seen, ...more, found: { ...seen.found, ...more.found } };
    }
  };
  return {
    async finalize(object, context) {
      if (object.metadata.finalizers?.includes(kafkaSinkFinalizer) !== true) return { done: true };
      const parsed = parseKafkaSink(object);
      // Whatever it is, no topic of its own can be told from it.
      if (!parsed.ok) return release(options, object, { do: 'release' }, context);
      const sink = parsed.value;
      const planned = await plan(sink, context.signal);
      // The answer wakes us; a question takes no longer than this.
      if (planned === undefined) return { requeueAfterMs: options.limits.timeMs };
      if (planned.plan.do === 'release') return release(options, object, planned.plan, context);
      tries.set(sink.metadata.uid, (tries.get(sink.metadata.uid) ?? 0) + 1);
      if (planned.plan.do === 'wait' || planned.question === undefined) return { requeueAfterMs: retryMs };
      const target = { object, sink, question: planned.question };
      const outcome = await deleteTopic(options, target, planned.plan.id, context.logger);
      return { requeueAfterMs: outcome.did === 'done' ? lookAgainMs : retryMs };
    },
    forget(uid) {
      tries.delete(uid);
    },
  };
}

/** A topic that was deleted is gone from the brokers' metadata a moment later. */
const lookAgainMs = 100;

interface Planned {
  readonly plan: Exclude<FinalizePlan, { readonly do: 'look' }>;
  /** How the brokers are met; undefined when they were not asked. */
  readonly question: TopicQuestion | undefined;
}

interface Seen {
  readonly found: FinalizeView;
  readonly question?: TopicQuestion | undefined;
}

type More = Partial<Omit<Seen, 'found'>> & { readonly found: Partial<FinalizeView> };

/** @returns undefined while the brokers have not answered, which wakes the sink. */
async function look(
  options: KafkaSinkFinalizerOptions,
  sink: KafkaSink,
  { at, claim, signal }: { at: FinalizeQuestion; claim: TopicClaim; signal: AbortSignal },
): Promise<More | undefined> {
  const { surroundings } = options;
  switch (at) {
    case 'namespace':
      return { found: { namespace: await surroundings.namespaceOf(sink, signal) } };
    case 'user':
      return { found: { user: await surroundings.userOf(sink, claimedId(claim) ?? '', signal) } };
    case 'kafka': {
      const { credentials, topic, question } = await observeKafka(options, sink, signal);
      return topic && { question, found: { kafka: { credentials, view: topic } } };
    }
  }
}

async function release(
  { sinkWriter, recorder }: KafkaSinkFinalizerOptions,
  object: KubeObject,
  plan: FinalizePlan & { readonly do: 'release' },
  { signal, logger }: ReconcileContext,
): Promise<ReconcileResult> {
  const released = await sinkWriter.setHeld(object, false, signal);
  // It has changed meanwhile, and that change wakes us.
  if (released === undefined) return { done: true };
  if (plan.event !== undefined) {
    logger.info('A topic is kept although its sink is deleted', { note: plan.event.note });
    recorder.record(object, plan.event);
  }
  return { done: true };
}
