import { randomUUID } from 'node:crypto';
import { jobSinkResource } from '@event-sinks/crds';
import { addressGuardOf } from '@event-sinks/kafka';
import { createLeaseElector, createSecurityGate, leases, loadKubeClient, secrets } from '@event-sinks/kube';
import {
  apiCallMetrics,
  createMetrics,
  exposeWatchAge,
  gauge,
  Health,
  startAdminServer,
  type AdminServer,
  type Clock,
  type Logger,
} from '@event-sinks/runtime';
import { createBelongings, type BelongingsOptions } from './adapters/belongings.ts';
import { createEventRecorder } from './adapters/event-recorder.ts';
import type { Config } from './config.ts';
import { createBrokers, type Brokers } from './kafka-sink/brokers.ts';
import { createKinds, type Kind } from './kinds.ts';
import { createJobOverview } from './job-sink/job-overview.ts';
import { createSweep } from './job-sink/sweep.ts';
import { createReconcileMetrics } from './reconcile-metrics.ts';
import { exposeSinks } from './sink-metrics.ts';
import { createTemplateTrial } from './webhook/template-trial.ts';
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
  /** Where topics are asked about and made; the brokers themselves unless given. */
  readonly brokers?: Brokers;
}

/** Puts the controller together: the one place that knows every part. */
export function createApp(dependencies: AppDependencies): App {
  const { config, logger, clock, identity } = dependencies;
  const { registry } = createMetrics();
  const client = loadKubeClient({
    kubeconfig: config.KUBECONFIG,
    connections: otherConnections + config.WATCH_NAMESPACES.length * watchesInNamespace,
    userAgent: 'event-sinks-controller',
    onCall: apiCallMetrics(registry),
  });
  const health = new Health();
  const trial = createTemplateTrial({ client, timeoutMs: trialTimeoutMs, newId: randomUUID });
  const gate = createSecurityGate({
    ...{ client, clock, logger, random: dependencies.random, systemNamespace: config.SYSTEM_NAMESPACE },
    acceptsUnenforced: config.SECURITY_ACCEPT_UNENFORCED,
    onChange: () => {
      for (const { loop } of kinds) loop.wakeAll();
    },
  });
  const jobSinks = (): Kind | undefined => kinds.find(({ plural }) => plural === jobSinkResource.plural);
  const jobs = createJobOverview({
    ...{ clock, registry, startTimeoutMs: config.JOB_START_TIMEOUT },
    known: () => uidsOf(jobSinks()),
    wake: (sink) => {
      jobSinks()?.loop.wake(sink);
    },
  });
  const kinds: readonly Kind[] = createKinds({
    ...{ ...dependencies, client, trial, jobs, gate },
    brokers:
      dependencies.brokers ??
      createBrokers({ timeoutMs: config.KAFKA_TIMEOUT, addressGuard: addressGuardOf(config) }),
    recorder: createEventRecorder({
      client,
      clock,
      logger,
      instance: identity,
      maxPerMinute: eventsPerMinute,
    }),
    metrics: createReconcileMetrics(registry),
    fence: () => {
      elector.fence();
    },
  });
  const sweep = createSweep({
    ...{ client, clock, logger, registry, namespaces: config.WATCH_NAMESPACES },
    fence: () => {
      elector.fence();
    },
    ageMs: config.SWEEP_AGE,
    intervalMs: config.SWEEP_INTERVAL,
    overview: jobs,
  });
  const belongings = createBelongings({
    ...{ client, clock, logger, namespace: config.SYSTEM_NAMESPACE, role: config.CONTROLLER_ROLE },
    objects: madeBy(config),
  });
  const watches = [gate, ...kinds.flatMap(({ watches: ofKind }) => ofKind)];
  exposeWatchAge(registry, Object.fromEntries(kinds.map(({ loop, plural }) => [plural, loop])));
  health.addCheck('watches-synced', () => watches.every((watch) => watch.hasSynced()));
  health.addWarnings(() => kinds.flatMap(({ loop }) => loop.warnings()));
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
      Promise.all(
        [...kinds.flatMap(({ leads }) => leads), ...(config.SWEEP_ENABLED ? [sweep] : []), belongings].map(
          (each) => each.lead(signal),
        ),
      ),
    onStoppedLeading: () => undefined,
  });
  const isLeader = (): boolean => elector.isLeader();
  gauge(registry, 'event_sinks_leading', (leading) => {
    leading.set(isLeader() ? 1 : 0);
  });
  exposeSinks(registry, () => kinds);
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

/** Undefined where JobSinks are not this process's to watch. */
function uidsOf(kind: Kind | undefined): ReadonlySet<string> | undefined {
  return kind === undefined ? undefined : new Set(kind.loop.list().map(({ metadata }) => metadata.uid ?? ''));
}

/** Connections to the API server beside those of watched namespaces. */
const otherConnections = 64;

/** JobSinks, KafkaSinks, and the bindings that let Secrets be read. */
const watchesInNamespace = 3;

/** What the controllers keep in their own namespace, beside what Helm makes there. */
function madeBy(config: Config): BelongingsOptions['objects'] {
  const lease = { resource: leases, name: config.LEASE_NAME };
  const certificate = { resource: secrets, name: config.WEBHOOK_CERTIFICATE_SECRET };
  const isOurs = config.WEBHOOK_ENABLED && !config.WEBHOOK_CERTIFICATE_SUPPLIED;
  return isOurs ? [lease, certificate] : [lease];
}

/** Below the deadline of a request for admission. */
const trialTimeoutMs = 7_000;

/** Kubernetes Events on one sink in a minute, at most. */
const eventsPerMinute = 6;
