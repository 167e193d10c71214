import {
  kafkaSinkFinalizer,
  parseKafkaSink,
  withSeverity,
  type ConditionFinding,
  type KafkaSink,
} from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { TerminalError, type ReconcileContext, type ReconcileResult } from '@event-sinks/reconciler';
import type { Clock } from '@event-sinks/runtime';
import type { SinkRecheck } from '../adapters/sink-recheck.ts';
import type { StatusWriter } from '../adapters/status-writer.ts';
import { sinkUrl, type DataPlaneService } from '../domain/address.ts';
import type { BrokerTrouble } from '../domain/broker-trouble.ts';
import { credentialsFinding } from '../domain/credentials.ts';
import { dataPlaneFinding, waitForPods } from '../domain/data-plane.ts';
import { eventPoliciesFinding, refusedFinding, securityView, type Gate } from '../domain/event-policies.ts';
import type { RecheckTimes } from '../domain/recheck.ts';
import { sinkStatus, timestamp } from '../domain/sink-status.ts';
import { claimAnnotations } from '../domain/topic-claim.ts';
import { planTopic, type TopicPlan } from '../domain/topic-plan.ts';
import { topicIdAnnotations } from '../domain/topic-users.ts';
import { troubleFinding } from '../domain/topic.ts';
import { createTopic, type ActorOptions } from './act.ts';
import { observeDataPlane, observeKafka, type KafkaView, type ObserverOptions } from './observe.ts';

/** What reconciling a KafkaSink works with. */
export interface KafkaSinkReconcilerOptions extends ObserverOptions, ActorOptions {
  readonly service: DataPlaneService;
  readonly statusWriter: StatusWriter;
  readonly gate: Gate;
  readonly times: RecheckTimes;
  readonly recheck: SinkRecheck;
  readonly clock: Clock;
}

/**
 * One pass over a KafkaSink: look at its Secret, its topic and its producers, decide, do at most one thing, write what
 * has changed. What an effect has achieved is found out by the next pass, and never guessed.
 */
export function createKafkaSinkReconciler(options: KafkaSinkReconcilerOptions) {
  return async (object: KubeObject, context: ReconcileContext): Promise<ReconcileResult> => {
    const parsed = parseKafkaSink(object);
    if (!parsed.ok) throw new TerminalError(`not a KafkaSink: ${parsed.problems.join('; ')}`);
    const sink = parsed.value;
    const kafka = await observeKafka(options, sink, context.signal);
    // The answer wakes us; until then the status says what was found last.
    if (kafka.topic === undefined) return { requeueAfterMs: options.times.readyMs };
    const isHeld = sink.metadata.finalizers?.includes(kafkaSinkFinalizer) === true;
    const plan = planTopic(sink.spec, kafka.claim, kafka.topic, isHeld);
    const acted = await act(options, { object, sink, kafka, plan, context });
    if (acted.written === undefined) return { requeueAfterMs: options.times.notReadyMs };
    return report(options, { ...acted, written: acted.written, sink, kafka, plan, context });
  };
}

interface Pass {
  readonly sink: KafkaSink;
  readonly kafka: KafkaView;
  readonly plan: TopicPlan;
  readonly context: ReconcileContext;
}

/** `written`: the sink as it is after the effect; undefined when the status is for the next pass. */
interface Acted {
  readonly written: KubeObject | undefined;
  readonly trouble?: BrokerTrouble;
}

async function act(
  options: KafkaSinkReconcilerOptions,
  { object, sink, kafka, plan, context }: Pass & { readonly object: KubeObject },
): Promise<Acted> {
  const { effect } = plan;
  const { signal, logger } = context;
  if (effect === undefined || kafka.question === undefined) return { written: object };
  if (effect.do !== 'create')
    return { written: await options.sinkWriter.setHeld(object, effect.do === 'hold', signal) };
  const target = { object, sink, question: kafka.question };
  const outcome = await createTopic(options, target, effect.shape, logger);
  return outcome.did === 'failed' ? { written: object, trouble: outcome.trouble } : { written: undefined };
}

async function report(
  options: KafkaSinkReconcilerOptions,
  { written, trouble, sink, kafka, plan, context }: Pass & Acted & { readonly written: KubeObject },
): Promise<ReconcileResult> {
  const { service, times, recheck, statusWriter, recorder, clock } = options;
  const view = await observeDataPlane(options, sink, context.signal);
  const waitMs = waitForPods(view, sink.status);
  if (waitMs !== undefined) return { requeueAfterMs: waitMs };
  const security = securityView(options.gate, sink.status);
  const findings = {
    generation: sink.metadata.generation,
    url: sinkUrl(service, sink.metadata),
    conditions: [
      ...kafkaFindings(sink, kafka, trouble, plan),
      refusedFinding(security) ?? dataPlaneFinding(view, service.service),
      eventPoliciesFinding(security),
    ].map((finding) => withSeverity('KafkaSink', finding)),
  };
  const annotations = annotationsAfter(sink, kafka, plan);
  const found = sinkStatus(sink.status, findings, timestamp(clock.now()));
  const status = { ...found, ...(Object.keys(annotations).length > 0 && { annotations }) };
  const isWritten = await statusWriter.write(written, status, context.signal);
  if (isWritten && plan.event !== undefined) recorder.record(written, plan.event);
  const again = recheck.after(written, status, { logger: context.logger, version: kafka.secretVersion });
  // Refused for what it is, a topic is not created by asking every second.
  if (trouble?.reason === 'TopicRefused') return { requeueAfterMs: times.readyMs };
  return { requeueAfterMs: Math.min(again.requeueAfterMs, kafka.askedAgainInMs ?? Infinity) };
}

function annotationsAfter(
  sink: KafkaSink,
  { topic }: KafkaView,
  { claim }: TopicPlan,
): Record<string, string> {
  const id = topic?.state === 'found' ? topic.id : undefined;
  return {
    ...sink.status?.annotations,
    ...claimAnnotations(claim, sink.metadata.uid),
    ...(id !== undefined && topicIdAnnotations(sink, id)),
  };
}

function kafkaFindings(
  { spec }: KafkaSink,
  { credentials, topic }: KafkaView,
  failed: BrokerTrouble | undefined,
  plan: TopicPlan,
): ConditionFinding[] {
  const seen = topic?.state === 'unknown' || topic?.state === 'found' ? topic.trouble : undefined;
  const trouble = failed ?? seen;
  const topicFinding = failed === undefined ? plan.finding : troubleFinding(spec, failed);
  return [credentialsFinding(spec, credentials, trouble), topicFinding];
}
