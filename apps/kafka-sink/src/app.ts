import { readTraceContext } from '@event-sinks/cloudevents';
import { createIngress, ingressLimits } from '@event-sinks/ingress';
import { addressGuardOf } from '@event-sinks/kafka';
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
  type Registry,
  type Tracer,
} from '@event-sinks/runtime';
import { exposeGauges, ProducerMetrics } from './adapters/producer-metrics.ts';
import { ProducerPool } from './adapters/producer-pool.ts';
import { maxLooks, SecretWatches } from './adapters/secret-watches.ts';
import { createSinkBackend, isBatchType } from './adapters/sink-backend.ts';
import { SinkDirectory } from './adapters/sink-directory.ts';
import { SinkEntries } from './adapters/sink-entries.ts';
import { SinkSync } from './adapters/sink-sync.ts';
import type { Config } from './config.ts';
import { incomingDecoder } from './domain/incoming.ts';

/** A producer process that can be started and drained. */
export interface App {
  /** Resolves when events are taken. */
  start(): Promise<void>;
  /** Drains; resolves when the last request is answered and every producer is closed. */
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
}

/** Connections to the API server beside those of the Secrets: watches of KafkaSinks and features, room to reconnect. */
const otherConnections = 8;

/** Puts the producer together: the one place that knows every part. */
export function createApp({ config, logger, clock, random }: AppDependencies): App {
  const { registry } = createMetrics();
  const client = loadKubeClient({
    kubeconfig: config.KUBECONFIG,
    connections: config.MAX_SECRETS + maxLooks + config.WATCH_NAMESPACES.length + otherConnections,
    userAgent: 'event-sinks-kafka-sink',
    onCall: apiCallMetrics(registry),
  });
  const health = new Health();
  const gate = createSecurityGate({
    ...{ client, logger, clock, random, systemNamespace: config.SYSTEM_NAMESPACE },
    acceptsUnenforced: config.SECURITY_ACCEPT_UNENFORCED,
  });
  const directory = new SinkDirectory(gate);
  const pool = createPool({ config, logger, clock, registry, directory });
  const secrets = new SecretWatches({
    ...{ client, logger, clock, random },
    maxSecrets: config.MAX_SECRETS,
    namespaceShare: config.NAMESPACE_SHARE,
  });
  const entries = new SinkEntries({ directory, pool, logger, clock, overlapMs: config.CREDENTIALS_OVERLAP });
  const sync = new SinkSync({
    ...{ client, entries, secrets, logger, clock, random, namespaces: config.WATCH_NAMESPACES },
    onDeleted: (sink) => {
      ingress.forget(sink);
    },
  });
  exposeWatchAge(registry, { kafkasinks: sync, secrets, configmaps: gate });
  exposeGauges(registry, () => ({ ...pool.now(), secrets: secrets.size() }));
  health.addCheck('kafka-sinks-synced', () => sync.hasSynced());
  health.addCheck('features-synced', () => gate.hasSynced());
  health.addWarnings(() => sync.warnings());
  const ingress = createIngress({
    backend: createSinkBackend(directory),
    decode: incomingDecoder({
      maxEvents: config.MAX_HTTP_BATCH_EVENTS,
      maxEventBytes: config.MAX_EVENT_BYTES,
    }),
    isBatch: isBatchType,
    plainLane: true,
    tracing: { tracer: () => tracer, parentOf: readTraceContext },
    limits: {
      ...ingressLimits(config),
      maxBatchBytes: Math.max(config.MAX_HTTP_BATCH_BYTES, config.MAX_EVENT_BYTES),
      maxEventsInFlight: config.MAX_EVENTS_IN_FLIGHT,
    },
    port: config.PORT,
    ...{ logger, clock, registry, health },
  });
  let tracer: Tracer | undefined;
  let admin: AdminServer | undefined;
  let http = 0;
  return {
    async start() {
      tracer = await loadTracer({
        endpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
        sampleRatio: config.OTEL_TRACES_SAMPLER_ARG,
        service: 'kafka-sink',
        logger,
      });
      gate.start();
      sync.start();
      admin = await startAdminServer({ port: config.METRICS_PORT, registry, health });
      http = (await ingress.listen()).port;
    },
    async stop() {
      await ingress.drain();
      await Promise.all([sync.stop(), gate.stop()]);
      await tracer?.stop();
      await admin?.close();
    },
    ports: () => ({ http, metrics: admin?.port ?? 0 }),
  };
}

function createPool({
  config,
  logger,
  clock,
  registry,
  directory,
}: Omit<AppDependencies, 'random'> & { registry: Registry; directory: SinkDirectory }): ProducerPool {
  return new ProducerPool({
    addressGuard: addressGuardOf(config),
    limits: {
      deliveryTimeoutMs: config.KAFKA_DELIVERY_TIMEOUT,
      idleMs: config.PRODUCER_IDLE,
      maxBatchBytes: config.MAX_BATCH_BYTES,
      maxBatchRecords: config.MAX_BATCH_RECORDS,
      maxQueued: config.MAX_QUEUED,
      maxQueuedBytes: config.MAX_QUEUED_BYTES,
    },
    maxProducers: config.MAX_PRODUCERS,
    namespaceShare: config.NAMESPACE_SHARE,
    ...{ logger, clock, metrics: new ProducerMetrics(registry) },
    writersOf: (producerKey, topic) => directory.writersOf(producerKey, topic),
  });
}
