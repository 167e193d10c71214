import { parseKafkaSink, type KafkaSinkSpec } from '@event-sinks/crds';
import { toSinkError } from '@event-sinks/errors';
import type { TopicDescription } from '@event-sinks/kafka';
import type { KubeObject } from '@event-sinks/kube';
import { TerminalError, type ReconcileContext, type ReconcileResult } from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { DataPlane } from '../adapters/data-plane.ts';
import type { StatusWriter } from '../adapters/status-writer.ts';
import { sinkUrl, type DataPlaneService } from '../domain/address.ts';
import { dataPlaneFinding } from '../domain/data-plane.ts';
import { eventPoliciesFinding } from '../domain/event-policies.ts';
import { lookAgainIn, type RecheckTimes } from '../domain/recheck.ts';
import { sinkStatus, timestamp } from '../domain/sink-status.ts';
import { credentialsFinding, topicFinding, type TopicView } from '../domain/topic.ts';

/** What reconciling a KafkaSink works with. */
export interface KafkaSinkReconcilerOptions {
  readonly dataPlane: DataPlane;
  readonly service: DataPlaneService;
  /** Asks the brokers; throws a SinkError when they cannot be asked. */
  readonly describeTopic: (spec: KafkaSinkSpec) => Promise<TopicDescription>;
  readonly statusWriter: StatusWriter;
  readonly recheck: RecheckTimes;
  readonly clock: Clock;
}

/** One pass over a KafkaSink: ask the brokers and the producers, decide, write what has changed. */
export function createKafkaSinkReconciler(options: KafkaSinkReconcilerOptions) {
  return async (object: KubeObject, { signal, logger }: ReconcileContext): Promise<ReconcileResult> => {
    const parsed = parseKafkaSink(object);
    if (!parsed.ok) throw new TerminalError(`not a KafkaSink: ${parsed.problems.join('; ')}`);
    const sink = parsed.value;
    const [topic, view] = await Promise.all([
      viewTopic(options, sink.spec, logger),
      options.dataPlane.view(sink.metadata, signal),
    ]);
    const findings = {
      generation: sink.metadata.generation,
      url: sinkUrl(options.service, sink.metadata),
      conditions: [
        credentialsFinding(sink.spec),
        topicFinding(sink.spec, topic),
        dataPlaneFinding(view, options.service.service),
        eventPoliciesFinding,
      ],
    };
    const status = sinkStatus(sink.status, findings, timestamp(options.clock.now()));
    await options.statusWriter.write(object, status, signal);
    return lookAgainIn(status, options.recheck);
  };
}

async function viewTopic(
  { describeTopic }: KafkaSinkReconcilerOptions,
  spec: KafkaSinkSpec,
  logger: Logger,
): Promise<TopicView> {
  try {
    const topic = await describeTopic(spec);
    return topic.found ? { state: 'found', ...topic } : { state: 'missing' };
  } catch (error) {
    const { code } = toSinkError(error);
    logger.warn('The brokers could not be asked about a topic', { topic: spec.topic, code, error });
    return { state: 'unknown', code };
  }
}
