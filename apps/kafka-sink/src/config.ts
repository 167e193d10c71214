import { envDuration, envEnum, envInt, envOptionalString, logLevels } from '@event-sinks/runtime';
import { z } from 'zod';

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = z.object({
  PORT: envInt({ min: 0, max: 65_535, default: 8080 }),
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  MAX_EVENT_BYTES: envInt({ min: 1024, max: 64 * 1_048_576, default: 1_048_576 }),
  MAX_HEADER_BYTES: envInt({ min: 4096, max: 1_048_576, default: 65_536 }),
  MAX_IN_FLIGHT: envInt({ min: 1, max: 100_000, default: 2_048 }),
  MAX_IN_FLIGHT_BYTES: envInt({ min: 1_048_576, max: 2 ** 31, default: 64 * 1_048_576 }),
  MAX_IN_FLIGHT_PER_SINK: envInt({ min: 1, max: 100_000, default: 1_024 }),
  REQUEST_DEADLINE: envDuration({ min: 100, max: 600_000, default: 10_000 }),
  HEADERS_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 10_000 }),
  BODY_TIMEOUT: envDuration({ min: 100, max: 600_000, default: 30_000 }),
  KEEP_ALIVE_TIMEOUT: envDuration({ min: 1_000, max: 3_600_000, default: 75_000 }),
  /** How long to go on serving after SIGTERM, while the endpoints of the Service catch up. */
  DRAIN_DELAY: envDuration({ min: 0, max: 600_000, default: 5_000 }),
  DRAIN_TIMEOUT: envDuration({ min: 0, max: 600_000, default: 20_000 }),
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
