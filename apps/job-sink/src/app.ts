import { readTraceContext, withTraceContext } from '@event-sinks/cloudevents';
import { lastOutcomeHeader } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import { createIngress, ingressLimits, type SinkBackend } from '@event-sinks/ingress';
import { createSecurityGate, loadKubeClient } from '@event-sinks/kube';
import {
  apiCallMetrics,
  createMetrics,
  exposeWatchAge,
  Health,
  loadTracer,
  startAdminServer,
  type AdminServer,
  type Clock,
  type Logger,
  type Tracer,
} from '@event-sinks/runtime';
import { behindGate, createJobSinkDirectory, type ServedJobSink } from './adapters/job-sink-directory.ts';
import { createJobWriter } from './adapters/job-writer.ts';
import { createLastOutcomes } from './adapters/last-outcomes.ts';
import type { Config } from './config.ts';
import { decodeIncoming, type Incoming } from './incoming.ts';
import { planDispatch, secretNameBytes } from '@event-sinks/job-plan';
import { runRoute } from './routes/run-route.ts';
import { createRunStatusReader } from './routes/run-status.ts';
import { storedAt } from './routes/stored-at.ts';

/** A dispatcher that can be started and drained. */
export interface App {
  /** Resolves when events are taken. */
  start(): Promise<void>;
  /** Drains; resolves when the last request is answered and nothing runs any more. */
  stop(): Promise<void>;
  /** Ports that are listened on, known after the start. */
  ports(): { readonly http: number; readonly metrics: number };
}

/** What the app cannot make itself. */
export interface AppDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** So many bytes that nobody can foresee. */
  readonly randomBytes: (size: number) => Uint8Array;
}

/** Puts the dispatcher together: the one place that knows every part. */
export function createApp({ config, logger, clock, random, randomBytes }: AppDependencies): App {
  const { registry } = createMetrics();
  const client = loadKubeClient({
    kubeconfig: config.KUBECONFIG,
    connections:
      config.API_CONNECTIONS + config.RUN_STATUS_MAX_IN_FLIGHT + config.WATCH_NAMESPACES.length + 1,
    userAgent: 'event-sinks-job-sink',
    requestTimeoutMs: config.REQUEST_DEADLINE,
    onCall: apiCallMetrics(registry),
  });
  const health = new Health();
  const directory = createJobSinkDirectory({
    ...{ client, logger, clock, random, namespaces: config.WATCH_NAMESPACES },
    onDeleted: (sink) => {
      ingress.forget(sink);
      outcomes.forget(sink);
    },
  });
  const gate = createSecurityGate({
    ...{ client, logger, clock, random, systemNamespace: config.SYSTEM_NAMESPACE },
    acceptsUnenforced: config.SECURITY_ACCEPT_UNENFORCED,
  });
  const sinks = behindGate(directory, gate);
  exposeWatchAge(registry, { jobsinks: directory, configmaps: gate });
  health.addCheck('job-sinks-synced', () => directory.hasSynced());
  health.addCheck('features-synced', () => gate.hasSynced());
  health.addWarnings(() => directory.warnings());
  const writer = createJobWriter({ client, clock, logger });
  const outcomes = createLastOutcomes(clock);
  const backend: SinkBackend<ServedJobSink, Incoming> = {
    kind: 'JobSink',
    find: (namespace, name) => sinks.find(namespace, name),
    probeHeaders: (sink) => {
      const outcome = outcomes.describe(sink);
      return outcome === undefined ? [] : [lastOutcomeHeader, outcome];
    },
    store: async ({ namespace, name, uid }, { event, trace }, deadline, span) => {
      // While the body came, the sink may have been deleted, and a Job of its would go the same way.
      const sink = sinks.find(namespace, name);
      if (sink.uid !== uid) throw new SinkError('SinkNotFound');
      const traced = withTraceContext(event, span?.context ?? trace);
      const plan = planDispatch(sink.jobSink, traced, randomBytes(secretNameBytes));
      await outcomes.noting(sink, writer.ensure(plan, deadline, span));
      return storedAt(sink, event);
    },
  };
  const runs = createRunStatusReader({
    ...{ client, directory: sinks, clock },
    timeoutMs: config.REQUEST_DEADLINE,
    maxInFlight: config.RUN_STATUS_MAX_IN_FLIGHT,
    cacheAgeMs: config.RUN_STATUS_CACHE_AGE,
    cacheSize: config.RUN_STATUS_CACHE_SIZE,
  });
  const ingress = createIngress({
    backend,
    extraRoutes: runRoute(runs, registry),
    decode: decodeIncoming,
    tracing: { tracer: () => tracer, parentOf: readTraceContext },
    limits: ingressLimits(config),
    port: config.PORT,
    logger,
    clock,
    registry,
    health,
  });
  let tracer: Tracer | undefined;
  let admin: AdminServer | undefined;
  let http = 0;
  return {
    async start() {
      tracer = await loadTracer({
        endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
        sampleRatio: config.OTEL_TRACES_SAMPLER_ARG,
        service: 'job-sink',
        logger,
      });
      gate.start();
      directory.start();
      admin = await startAdminServer({ port: config.METRICS_PORT, registry, health });
      http = (await ingress.listen()).port;
    },
    async stop() {
      await ingress.drain();
      await Promise.all([directory.stop(), gate.stop()]);
      await tracer?.stop();
      await admin?.close();
    },
    ports: () => ({ http, metrics: admin?.port ?? 0 }),
  };
}
