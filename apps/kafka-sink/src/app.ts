import { decodeHttp, type CloudEvent } from '@event-sinks/cloudevents';
import { SinkError } from '@event-sinks/errors';
import { createIngress, ingressLimits, type SinkBackend } from '@event-sinks/ingress';
import { loadKubeClient } from '@event-sinks/kube';
import {
  createMetrics,
  exposeWatchAge,
  Health,
  startAdminServer,
  type AdminServer,
  type Clock,
  type Logger,
} from '@event-sinks/runtime';
import { ProducerPool } from './adapters/producer-pool.ts';
import { SinkDirectory, type ServedKafkaSink } from './adapters/sink-directory.ts';
import { createSinkSync } from './adapters/sink-sync.ts';
import type { Config } from './config.ts';
import { toRecord } from './domain/to-record.ts';

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

/** Puts the producer together: the one place that knows every part. */
export function createApp({ config, logger, clock, random }: AppDependencies): App {
  const client = loadKubeClient({ kubeconfig: config.KUBECONFIG, userAgent: 'event-sinks-kafka-sink' });
  const { registry } = createMetrics();
  const health = new Health();
  const directory = new SinkDirectory();
  const pool = createPool(config, logger);
  const sync = createSinkSync({
    ...{ client, directory, pool, logger, clock, random },
    onDeleted: (sink) => {
      ingress.forget(sink);
    },
  });
  exposeWatchAge(registry, { kafkasinks: sync });
  health.addCheck('kafka-sinks-synced', () => sync.hasSynced());
  const backend: SinkBackend<ServedKafkaSink, CloudEvent> = {
    kind: 'KafkaSink',
    find: (namespace, name) => directory.find(namespace, name),
    store: async ({ namespace, name, uid }, event, deadline) => {
      // While the body came, the sink may have moved to other brokers, and the producer it had is closed.
      const sink = directory.find(namespace, name);
      if (sink.uid !== uid) throw new SinkError('SinkNotFound');
      await sink.lease.send(toRecord(sink, event), deadline);
      return {};
    },
  };
  const ingress = createIngress({
    backend,
    decode: decodeHttp,
    limits: ingressLimits(config),
    port: config.PORT,
    ...{ logger, clock, registry, health },
  });
  let admin: AdminServer | undefined;
  let http = 0;
  return {
    async start() {
      sync.start();
      admin = await startAdminServer({ port: config.METRICS_PORT, registry, health });
      http = (await ingress.listen()).port;
    },
    async stop() {
      await ingress.drain();
      await sync.stop();
      await admin?.close();
    },
    ports: () => ({ http, metrics: admin?.port ?? 0 }),
  };
}

function createPool(config: Config, logger: Logger): ProducerPool {
  return new ProducerPool({
    limits: { deliveryTimeoutMs: config.KAFKA_DELIVERY_TIMEOUT },
    batch: {
      maxBatchRecords: config.MAX_BATCH_RECORDS,
      maxBatchBytes: config.MAX_BATCH_BYTES,
      maxQueued: config.MAX_QUEUED,
      maxQueuedBytes: config.MAX_QUEUED_BYTES,
    },
    logger,
  });
}
