import { ingressOrders, ingressVariables } from '@event-sinks/ingress';
import { addressGuardVariables } from '@event-sinks/kafka';
import {
  envBool,
  envDuration,
  envEnum,
  envInt,
  envNamespaces,
  envOptionalString,
  envRemoved,
  envString,
  inOrder,
  logLevels,
  tracingVariables,
} from '@event-sinks/runtime';
import { z } from 'zod';

const variables = z.object({
  ...ingressVariables({ largestEvent: 64 * 1_048_576, maxInFlight: 2_048, maxInFlightPerSink: 1_024 }),
  ...tracingVariables(),
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  /** The namespaces whose sinks are this process's; all of them when empty. */
  WATCH_NAMESPACES: envNamespaces({ max: 100 }),
  ...addressGuardVariables(),
  /** Where the ConfigMap config-features is. */
  SYSTEM_NAMESPACE: envString({ default: 'knative-eventing' }),
  /** Whether events are taken although authentication, EventPolicies or TLS are asked for, which nobody enforces. */
  SECURITY_ACCEPT_UNENFORCED: envBool({ default: false }),
  /** Removed; still here to say so instead of being passed over in silence. */
  KAFKA_DRIVER: envRemoved('nothing: there is one Kafka client now'),
  /** Time from handing a record to the client to its acknowledgement, retries included. */
  KAFKA_DELIVERY_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 9_000 }),
  MAX_BATCH_RECORDS: envInt({ min: 1, max: 100_000, default: 1_000 }),
  MAX_BATCH_BYTES: envInt({ min: 1024, max: 64 * 1_048_576, default: 900_000 }),
  /** Records of one topic that are not sent yet. */
  MAX_QUEUED: envInt({ min: 1, max: 1_000_000, default: 16_384 }),
  MAX_QUEUED_BYTES: envInt({ min: 1_048_576, max: 2 ** 31, default: 32 * 1_048_576 }),
  /** Events in one request of batch mode, and the size of its body. Each event may have MAX_EVENT_BYTES. */
  MAX_HTTP_BATCH_EVENTS: envInt({ min: 1, max: 100_000, default: 1_000 }),
  MAX_HTTP_BATCH_BYTES: envInt({ min: 1024, max: 64 * 1_048_576, default: 4 * 1_048_576 }),
  /** Events in flight, those of batches counted one by one: an event of a few bytes takes some kilobytes of memory. */
  MAX_EVENTS_IN_FLIGHT: envInt({ min: 1, max: 1_000_000, default: 32_768 }),
  /** Producers, one for each cluster and credentials. */
  MAX_PRODUCERS: envInt({ min: 1, max: 100_000, default: 1_000 }),
  /** A topic's connections to the brokers are closed after so long without an event. */
  PRODUCER_IDLE: envDuration({ min: 1_000, max: 3_600_000, default: 300_000 }),
  /** Secrets that are followed, each on a connection of its own to the API server. */
  MAX_SECRETS: envInt({ min: 0, max: 10_000, default: 250 }),
  /** How long the credentials before a change stay in use while the brokers refuse the new ones; 0s for never. */
  CREDENTIALS_OVERLAP: envDuration({ min: 0, max: 3_600_000, default: 20_000 }),
});

const batchRefused = 'batches of that size are always refused with 429';

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = inOrder(variables, [
  ...ingressOrders,
  { smaller: 'MAX_HTTP_BATCH_BYTES', larger: 'MAX_IN_FLIGHT_BYTES', otherwise: batchRefused },
  { smaller: 'MAX_HTTP_BATCH_EVENTS', larger: 'MAX_EVENTS_IN_FLIGHT', otherwise: batchRefused },
  { smaller: 'MAX_HTTP_BATCH_EVENTS', larger: 'MAX_QUEUED', otherwise: batchRefused },
]);

/** The configuration of one producer process. */
export type Config = z.infer<typeof configSchema>;
