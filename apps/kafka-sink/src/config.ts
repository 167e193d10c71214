import { ingressVariables } from '@event-sinks/ingress';
import { envDuration, envEnum, envInt, envOptionalString, logLevels } from '@event-sinks/runtime';
import { z } from 'zod';

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = z.object({
  ...ingressVariables({ largestEvent: 64 * 1_048_576, maxInFlight: 2_048, maxInFlightPerSink: 1_024 }),
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  /** Time from handing a record to the client to its acknowledgement, retries included. */
  KAFKA_DELIVERY_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 9_000 }),
  MAX_BATCH_RECORDS: envInt({ min: 1, max: 100_000, default: 1_000 }),
  MAX_BATCH_BYTES: envInt({ min: 1024, max: 64 * 1_048_576, default: 900_000 }),
  /** Records of one topic that wait for the batch before them. */
  MAX_QUEUED: envInt({ min: 1, max: 1_000_000, default: 4_096 }),
  MAX_QUEUED_BYTES: envInt({ min: 1_048_576, max: 2 ** 31, default: 32 * 1_048_576 }),
});

/** The configuration of one producer process. */
export type Config = z.infer<typeof configSchema>;
