import { kafkaSinkFinalizer, parseKafkaSink, type KafkaSink } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import type { ReconcileContext, ReconcileResult } from '@event-sinks/reconciler';
import type { Clock } from '@event-sinks/runtime';
import { planFinalize, type FinalizeLimits, type FinalizePlan } from '../domain/kafka-finalize.ts';
import { claimedId, readClaim } from '../domain/topic-claim.ts';
import { deleteTopic, type ActorOptions } from './act.ts';
import { observeKafka, type KafkaView, type ObserverOptions } from './observe.ts';

/** What finalizing a KafkaSink works with. */
export interface KafkaSinkFinalizerOptions extends ObserverOptions, ActorOptions {
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
    const { uid, deletionTimestamp } = sink.metadata;
    const known = readClaim(sink.status?.annotations, uid);
    // Without a claim neither Kafka nor the Secret has to be there.
    const kafka = claimedId(known) === undefined ? unasked(known) : await observeKafka(options, sink, signal);
    if (kafka.topic === undefined) return undefined;
    const found = {
      ...{ topic: sink.spec.topic, claim: kafka.claim, credentials: kafka.credentials, view: kafka.topic },
      sinceMs: options.clock.now() - Date.parse(deletionTimestamp ?? ''),
      tries: tries.get(uid) ?? 0,
    };
    return { kafka, plan: planFinalize(found, options.limits) };
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
      if (planned.plan.do === 'wait' || planned.kafka.question === undefined)
        return { requeueAfterMs: retryMs };
      const target = { object, sink, question: planned.kafka.question };
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
  readonly kafka: KafkaView;
  readonly plan: FinalizePlan;
}

function unasked(claim: KafkaView['claim']): KafkaView {
  return { claim, credentials: { state: 'none' }, topic: { state: 'unasked' }, question: undefined };
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
    logger.warn('A topic is kept although its sink is deleted', { note: plan.event.note });
    recorder.record(object, plan.event);
  }
  return { done: true };
}
