import { envDuration, envEnum, envInt, envOptionalString, envString, logLevels } from '@event-sinks/runtime';
import { z } from 'zod';

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = z.object({
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  /** Where the data planes run; it is part of every sink's address. */
  SYSTEM_NAMESPACE: envString({ default: 'knative-eventing' }),
  CLUSTER_DOMAIN: envString({ default: 'cluster.local' }),
  JOB_SINK_SERVICE: envString({ default: 'job-sink' }),
  KAFKA_SINK_SERVICE: envString({ default: 'kafka-sink-ingress' }),
  /** Who this process is in the election, in its log and in the Lease. */
  POD_NAME: envString({ default: 'controller' }),
  LEASE_NAME: envString({ default: 'event-sinks-controller' }),
  LEASE_DURATION: envDuration({ min: 3_000, max: 600_000, default: 15_000 }),
  LEASE_RENEW_DEADLINE: envDuration({ min: 2_000, max: 600_000, default: 10_000 }),
  LEASE_RETRY_PERIOD: envDuration({ min: 100, max: 600_000, default: 2_000 }),
  WORKERS: envInt({ min: 1, max: 256, default: 8 }),
  /** How old the claim of Ready may be. */
  RECHECK_READY: envDuration({ min: 1_000, max: 30_000, default: 20_000 }),
  RECHECK_NOT_READY: envDuration({ min: 100, max: 30_000, default: 1_000 }),
  PROBE_TIMEOUT: envDuration({ min: 100, max: 30_000, default: 2_000 }),
  KAFKA_TIMEOUT: envDuration({ min: 500, max: 60_000, default: 10_000 }),
  /** How long a Job may stay without its event before it is removed, and how often to look. */
  SWEEP_AGE: envDuration({ min: 1_000, max: 604_800_000, default: 600_000 }),
  SWEEP_INTERVAL: envDuration({ min: 1_000, max: 86_400_000, default: 120_000 }),
});

/** The configuration of one controller process. */
export type Config = z.infer<typeof configSchema>;
