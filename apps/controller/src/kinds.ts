import { jobSinkResource } from '@event-sinks/crds';
import type { KubeClient } from '@event-sinks/kube';
import type { ReconcileMetrics } from '@event-sinks/reconciler';
import type { Clock, Logger } from '@event-sinks/runtime';
import { createDataPlane, type DataPlane } from './adapters/data-plane.ts';
import type { EventRecorder } from './adapters/event-recorder.ts';
import { createSinkRecheck, type SinkRecheck } from './adapters/sink-recheck.ts';
import { createSinkLoop, type SinkLoop } from './adapters/sink-loop.ts';
import { createStatusWriter } from './adapters/status-writer.ts';
import type { Config } from './config.ts';
import type { DataPlaneService } from './domain/address.ts';
import type { Gate } from './domain/event-policies.ts';
import type { RecheckTimes } from './domain/recheck.ts';
import { createJobSinkReconciler } from './job-sink/reconcile.ts';
import type { JobOverview } from './job-sink/job-overview.ts';
import { createJobsCondition } from './job-sink/jobs-condition.ts';
import { createTemplateWatch } from './job-sink/template-watch.ts';
import type { Brokers } from './kafka-sink/brokers.ts';
import { createKafkaSinkKind } from './kafka-sink/kind.ts';
import type { TemplateTrial } from './webhook/template-trial.ts';

/** How soon a template is tried again after trouble; a sink that is not ready is looked at more often than that. */
const templateRetryMs = 5_000;

/** One kind of sink. */
export interface Kind {
  readonly plural: string;
  readonly loop: SinkLoop;
  /** Everything that follows the API server from the start. */
  readonly watches: readonly Watch[];
  /** Everything that works while this process leads. */
  readonly leads: readonly Pick<SinkLoop, 'lead'>[];
}

/** Something that follows the API server. */
export type Watch = Pick<DataPlane, 'start' | 'stop' | 'hasSynced'>;

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
  readonly jobs: JobOverview;
  readonly brokers: Brokers;
  /** Tells which sinks the data planes keep events from. */
  readonly gate: Gate;
}

/** What the parts of a kind have in common. */
export interface KindParts {
  readonly dataPlaneOf: (service: string, onChange: () => void) => DataPlane;
  readonly serviceOf: (service: string) => DataPlaneService;
  readonly times: RecheckTimes;
  readonly newRecheck: () => SinkRecheck;
}

/** Puts the loops of JobSink and KafkaSink together, as far as they are this process's. */
export function createKinds(options: KindsOptions): Kind[] {
  const { config, client, logger, clock, random, recorder } = options;
  const times: RecheckTimes = {
    readyMs: config.RECHECK_READY,
    notReadyMs: config.RECHECK_NOT_READY,
    notReadyMostMs: config.RECHECK_NOT_READY_MOST,
  };
  const parts: KindParts = {
    times,
    newRecheck: () => createSinkRecheck({ times, recorder, clock, random }),
    dataPlaneOf: (service, onChange) =>
      createDataPlane({
        ...{ client, logger, clock, random, service, onChange },
        systemNamespace: config.SYSTEM_NAMESPACE,
        probeTimeoutMs: config.PROBE_TIMEOUT,
      }),
    serviceOf: (service) => ({
      service,
      systemNamespace: config.SYSTEM_NAMESPACE,
      clusterDomain: config.CLUSTER_DOMAIN,
    }),
  };
  return [
    ...(config.JOB_SINK_ENABLED ? [createJobSinkKind(options, parts)] : []),
    ...(config.KAFKA_SINK_ENABLED ? [createKafkaSinkKind(options, parts)] : []),
  ];
}

function createJobSinkKind(options: KindsOptions, { dataPlaneOf, serviceOf, newRecheck }: KindParts): Kind {
  const { config, client, logger, clock, random, metrics, fence, recorder, trial, jobs, gate } = options;
  const recheck = newRecheck();
  const pods = dataPlaneOf(config.JOB_SINK_SERVICE, () => {
    loop.wakeAll();
  });
  const loop = createSinkLoop({
    ...{ client, logger, clock, random, metrics, workers: config.WORKERS },
    ...{ resource: jobSinkResource, namespaces: config.WATCH_NAMESPACES },
    reconcile: createJobSinkReconciler({
      dataPlane: pods,
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
      jobsCondition: createJobsCondition({ client, clock, startTimeoutMs: config.JOB_START_TIMEOUT }),
      ...{ recheck, clock, jobs, gate },
    }),
    onChange: ({ type, object }) => {
      if (type === 'deleted') recheck.forget(object.metadata.uid ?? '');
    },
  });
  return { plural: jobSinkResource.plural, loop, watches: [loop, pods], leads: [loop] };
}
