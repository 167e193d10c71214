import { randomUUID } from 'node:crypto';
import { jobSinkResource, kafkaSinkResource } from '@event-sinks/crds';
import { describeTopic } from '@event-sinks/kafka';
import { createLeaseElector, loadKubeClient, type KubeClient } from '@event-sinks/kube';
import type { ReconcileMetrics } from '@event-sinks/reconciler';
import {
  createMetrics,
  exposeWatchAge,
  Health,
  startAdminServer,
  type AdminServer,
  type Clock,
  type Logger,
} from '@event-sinks/runtime';
import { createDataPlane, type DataPlane } from './adapters/data-plane.ts';
import { createSinkLoop, type SinkLoop } from './adapters/sink-loop.ts';
import { createStatusWriter } from './adapters/status-writer.ts';
import type { Config } from './config.ts';
import { createJobSinkReconciler } from './job-sink/reconcile.ts';
import { createTemplateWatch } from './job-sink/template-watch.ts';
import { createSweep } from './job-sink/sweep.ts';
import { createKafkaSinkReconciler } from './kafka-sink/reconcile.ts';
import { createReconcileMetrics } from './reconcile-metrics.ts';
import { createTemplateTrial, type TemplateTrial } from './webhook/template-trial.ts';
import { createWebhook } from './webhook/webhook.ts';

/** A controller that can be started and stopped. */
export interface App {
  /** Resolves when the probes answer; the election goes on behind. */
  start(): Promise<void>;
  /** Gives the lease back, so that another replica leads at once. */
  stop(): Promise<void>;
  /** Port of metrics and probes, known after the start. */
  metricsPort(): number;
  /** Port of the admission webhook, known after the start; 0 where it is off. */
  webhookPort(): number;
}

/** What the app cannot make itself. */
export interface AppDependencies {
  readonly config: Config;
  readonly logger: Logger;
  /** Unique among all controllers that ever run. */
  readonly identity: string;
  readonly clock: Clock;
  readonly random: () => number;
}

/** Puts the controller together: the one place that knows every part. */
export function createApp(dependencies: AppDependencies): App {
  const { config, logger, clock, identity } = dependencies;
  const client = loadKubeClient({ kubeconfig: config.KUBECONFIG, userAgent: 'event-sinks-controller' });
  const { registry } = createMetrics();
  const health = new Health();
  const trial = createTemplateTrial({ client, timeoutMs: trialTimeoutMs, newId: randomUUID });
  const kinds = createKinds(dependencies, client, {
    trial,
    metrics: createReconcileMetrics(registry),
    fence: () => {
      elector.fence();
    },
  });
  const sweep = createSweep({
    ...{ client, clock, logger, registry },
    fence: () => {
      elector.fence();
    },
    ageMs: config.SWEEP_AGE,
    intervalMs: config.SWEEP_INTERVAL,
  });
  const watches = kinds.flatMap(({ loop, dataPlane }) => [loop, dataPlane]);
  exposeWatchAge(registry, Object.fromEntries(kinds.map(({ loop, plural }) => [plural, loop])));
  health.addCheck('watches-synced', () => watches.every((watch) => watch.hasSynced()));
  const elector = createLeaseElector({
    client,
    namespace: config.SYSTEM_NAMESPACE,
    name: config.LEASE_NAME,
    identity,
    leaseDurationMs: config.LEASE_DURATION,
    renewDeadlineMs: config.LEASE_RENEW_DEADLINE,
    retryPeriodMs: config.LEASE_RETRY_PERIOD,
    clock,
    logger,
    onStartedLeading: (signal) =>
      Promise.all([...kinds.map(({ loop }) => loop), sweep].map((each) => each.lead(signal))),
    onStoppedLeading: () => undefined,
  });
  const isLeader = (): boolean => elector.isLeader();
  const webhook = config.WEBHOOK_ENABLED
    ? createWebhook({ config, client, trial, isLeader, health, registry, clock, logger })
    : undefined;
  let admin: AdminServer | undefined;
  return {
    async start() {
      admin = await startAdminServer({ port: config.METRICS_PORT, registry, health });
      await webhook?.start();
      for (const watch of watches) watch.start();
      elector.start();
    },
    async stop() {
      health.startDraining();
      await Promise.all([elector.stop(), webhook?.stop()]);
      await Promise.all(watches.map((watch) => watch.stop()));
      await admin?.close();
    },
    metricsPort: () => admin?.port ?? 0,
    webhookPort: () => webhook?.port() ?? 0,
  };
}

/** How soon a template is tried again after trouble; a sink that is not ready is looked at more often than that. */
const templateRetryMs = 5_000;

/** Below the deadline of a request for admission. */
const trialTimeoutMs = 7_000;

interface Kind {
  readonly plural: string;
  readonly loop: SinkLoop;
  readonly dataPlane: DataPlane;
}

function createKinds(
  { config, logger, clock, random }: AppDependencies,
  client: KubeClient,
  parts: { metrics: ReconcileMetrics; fence: () => void; trial: TemplateTrial },
): Kind[] {
  const { metrics, fence, trial } = parts;
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
      statusWriter: createStatusWriter(client, jobSinkResource, fence),
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
      statusWriter: createStatusWriter(client, kafkaSinkResource, fence),
      ...{ recheck, clock },
    }),
  });
  return [
    { plural: jobSinkResource.plural, loop: jobSinks, dataPlane: jobSinkPods },
    { plural: kafkaSinkResource.plural, loop: kafkaSinks, dataPlane: kafkaSinkPods },
  ];
}
