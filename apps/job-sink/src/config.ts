import { ingressOrders, ingressVariables } from '@event-sinks/ingress';
import {
  envBool,
  envDuration,
  envEnum,
  envInt,
  envNamespaces,
  envOptionalString,
  envString,
  inOrder,
  logLevels,
  tracingVariables,
} from '@event-sinks/runtime';
import { z } from 'zod';

const variables = z.object({
  ...ingressVariables({ largestEvent: 1_048_576, maxInFlight: 512, maxInFlightPerSink: 256 }),
  ...tracingVariables(),
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  /** The namespaces whose sinks are this process's; all of them when empty. */
  WATCH_NAMESPACES: envNamespaces({ max: 100 }),
  /** Where the ConfigMap config-features is. */
  SYSTEM_NAMESPACE: envString({ default: 'knative-eventing' }),
  /** Whether events are taken although authentication, EventPolicies or TLS are asked for, which nobody enforces. */
  SECURITY_ACCEPT_UNENFORCED: envBool({ default: false }),
  /** Connections to the API server for events; each watched namespace has one of its own besides. */
  API_CONNECTIONS: envInt({ min: 1, max: 1024, default: 64 }),
  /** Questions about runs that wait for the API server at a time; each has a connection of its own besides. */
  RUN_STATUS_MAX_IN_FLIGHT: envInt({ min: 1, max: 1024, default: 8 }),
  /** How long an answer about a run is given again without asking. */
  RUN_STATUS_CACHE_AGE: envDuration({ min: 0, max: 60_000, default: 1_000 }),
  /** Answers about runs that are kept. */
  RUN_STATUS_CACHE_SIZE: envInt({ min: 0, max: 1_000_000, default: 10_000 }),
});

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = inOrder(variables, ingressOrders);

/** The configuration of one dispatcher process. */
export type Config = z.infer<typeof configSchema>;
