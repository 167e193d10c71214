import { jobSinkResource, kafkaSinkResource } from '@event-sinks/crds';
import { describeTopic } from '@event-sinks/kafka';
import type { KubeClient } from '@event-sinks/kube';
import type { ReconcileMetrics } from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';
import { createDataPlane, type DataPlane } from './adapters/data-plane.ts';
import type { EventRecorder } from './adapters/event-recorder.ts';
import { createSinkLoop, type SinkLoop } from './adapters/sink-loop.ts';
import { createStatusWriter } from './adapters/status-writer.ts';
import type { Config } from './config.ts';
import { createJobSinkReconciler } from './job-sink/reconcile.ts';
import { createTemplateWatch } from './job-sink/template-watch.ts';
import { createKafkaSinkReconciler } from './kafka-sink/reconcile.ts';
import type { TemplateTrial } from './webhook/template-trial.ts';

/** How soon a template is tried again after trouble; a sink that is not ready is looked at more often than that. */
const templateRetryMs = 5_000;

/** One kind of sink: its loop and the pods that serve it. */
export interface Kind {
  readonly plural: string;
  readonly loop: SinkLoop;
  readonly dataPlane: DataPlane;
}

/** What both kinds are made from. */
export interface KindsOptions {
  readonly config: Config;
  readonly client: KubeClient;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: ReconcileMetrics;
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
  readonly recorder: EventRecorder;
  readonly trial: TemplateTrial;
}

/** Puts the loops of JobSink and KafkaSink together. */
export function createKinds(options: KindsOptions): Kind[] {
  const { config, client, logger, clock, random, metrics, fence, recorder, trial } = options;
  const common = { client, logger, clock, random, metrics, workers: config.WORKERS };
  const recheck = { readyMs: config.RECHECK_READY, notReadyMs: config.RECHECK_NOT_READY };
  const dataPlaneOf = (service: string, onChange: () => void): DataPlane =>
    createDataPlane({
      ...{ client, logger, clock, random, service, onChange },
      systemNamespace: config.SYSTEM_NAMESPACE,
      probeTimeoutMs: config.PROBE_TIMEOUT,
    });
  const serviceOf = (service: string) => ({
    service,
    systemNamespace: config.SYSTEM_NAMESPACE,
    clusterDomain: config.CLUSTER_DOMAIN,
  });

  const jobSinkPods = dataPlaneOf(config.JOB_SINK_SERVICE, () => {
    jobSinks.wakeAll();
  });
  const jobSinks = createSinkLoop({
    ...common,
    resource: jobSinkResource,
    reconcile: createJobSinkReconciler({
      dataPlane: jobSinkPods,
      service: serviceOf(config.JOB_SINK_SERVICE),
      statusWriter: createStatusWriter({ client, resource: jobSinkResource, fence, recorder }),
      template: createTemplateWatch({
        ...{ trial, clock, logger },
        times: {
          validMs: config.TEMPLATE_RECHECK_VALID,
          refusedMs: config.TEMPLATE_RECHECK_REFUSED,
          troubleMs: templateRetryMs,
        },
      }),
      ...{ recheck, clock },
    }),
  });
  const kafkaSinkPods = dataPlaneOf(config.KAFKA_SINK_SERVICE, () => {
    kafkaSinks.wakeAll();
  });
  const kafkaSinks = createSinkLoop({
    ...common,
    resource: kafkaSinkResource,
    reconcile: createKafkaSinkReconciler({
      dataPlane: kafkaSinkPods,
      service: serviceOf(config.KAFKA_SINK_SERVICE),
      describeTopic: ({ bootstrapServers, topic }) =>
        describeTopic({
          bootstrapServers,
          topic,
          clientId: 'event-sinks-controller',
          timeoutMs: config.KAFKA_TIMEOUT,
          logger,
        }),
      statusWriter: createStatusWriter({ client, resource: kafkaSinkResource, fence, recorder }),
      ...{ recheck, clock },
    }),
  });
  return [
    { plural: jobSinkResource.plural, loop: jobSinks, dataPlane: jobSinkPods },
    { plural: kafkaSinkResource.plural, loop: kafkaSinks, dataPlane: kafkaSinkPods },
  ];
}
