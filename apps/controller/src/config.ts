import { addressGuardVariables } from '@event-sinks/kafka';
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
} from '@event-sinks/runtime';
import { z } from 'zod';

/** Milliseconds. */
const day = 24 * 3_600_000;

const variables = z.object({
  METRICS_PORT: envInt({ min: 0, max: 65_535, default: 9092 }),
  LOG_LEVEL: envEnum(logLevels, { default: 'info' }),
  /** A kubeconfig file; unset inside a pod, where the service account is used. */
  KUBECONFIG: envOptionalString(),
  /** The namespaces whose sinks are this process's; all of them when empty. */
  WATCH_NAMESPACES: envNamespaces({ max: 100 }),
  /** Where the data planes run; it is part of every sink's address. */
  SYSTEM_NAMESPACE: envString({ default: 'knative-eventing' }),
  /** Whether the data planes take events although authentication, EventPolicies or TLS are asked for. */
  SECURITY_ACCEPT_UNENFORCED: envBool({ default: false }),
  CLUSTER_DOMAIN: envString({ default: 'cluster.local' }),
  JOB_SINK_SERVICE: envString({ default: 'job-sink' }),
  KAFKA_SINK_SERVICE: envString({ default: 'kafka-sink-ingress' }),
  /** Who this process is in the election, in its log and in the Lease. */
  POD_NAME: envString({ default: 'controller' }),
  LEASE_NAME: envString({ default: 'event-sinks-controller' }),
  LEASE_DURATION: envDuration({ min: 3_000, max: 600_000, default: 15_000 }),
  LEASE_RENEW_DEADLINE: envDuration({ min: 2_000, max: 600_000, default: 10_000 }),
  LEASE_RETRY_PERIOD: envDuration({ min: 100, max: 600_000, default: 2_000 }),
  /** Whether this process writes the status of JobSinks. Alongside Knative Eventing its controller does. */
  JOB_SINK_ENABLED: envBool({ default: true }),
  KAFKA_SINK_ENABLED: envBool({ default: true }),
  WORKERS: envInt({ min: 1, max: 256, default: 8 }),
  /** How old the claim of Ready may be. */
  RECHECK_READY: envDuration({ min: 1_000, max: 30_000, default: 20_000 }),
  /** At first; it grows up to the other. With KAFKA_TIMEOUT that is how long until the brokers are asked again. */
  RECHECK_NOT_READY: envDuration({ min: 100, max: 30_000, default: 1_000 }),
  RECHECK_NOT_READY_MOST: envDuration({ min: 100, max: 30_000, default: 25_000 }),
  PROBE_TIMEOUT: envDuration({ min: 100, max: 30_000, default: 2_000 }),
  ...addressGuardVariables(),
  /** For one question to the brokers. With RECHECK_READY it is how old the claim of TopicReady may be. */
  KAFKA_TIMEOUT: envDuration({ min: 500, max: 60_000, default: 5_000 }),
  /** Questions to brokers under way at once: to all clusters together, and to one. */
  KAFKA_QUESTIONS: envInt({ min: 1, max: 1_024, default: 64 }),
  KAFKA_QUESTIONS_PER_CLUSTER: envInt({ min: 1, max: 64, default: 4 }),
  /** How long, and how often, a topic is tried to be deleted with its sink before it is given up and kept. */
  TOPIC_DELETE_TIMEOUT: envDuration({ min: 1_000, max: 3_600_000, default: 60_000 }),
  TOPIC_DELETE_TRIES: envInt({ min: 1, max: 1_000, default: 20 }),
  /**
   * What is bound in namespaces with sinks that have credentials, and who may then read Secrets: a ClusterRole, or, where
   * some namespaces are watched only, the Role of that name in each.
   */
  SECRET_READER_ROLE: envString({ default: 'event-sinks-kafka-sink-secret-reader' }),
  /** The Role in the controller's own namespace; what the controller makes there goes with it. */
  CONTROLLER_ROLE: envString({ default: 'event-sinks-controller' }),
  CONTROLLER_SERVICE_ACCOUNT: envString({ default: 'event-sinks-controller' }),
  KAFKA_SINK_SERVICE_ACCOUNT: envString({ default: 'kafka-sink-ingress' }),
  /** The sweep is the dispatcher's companion, also where somebody else writes the status of JobSinks. */
  SWEEP_ENABLED: envBool({ default: true }),
  /** How long a Job may stay without its event before it is removed, and how often to look. */
  SWEEP_AGE: envDuration({ min: 1_000, max: 604_800_000, default: 600_000 }),
  SWEEP_INTERVAL: envDuration({ min: 1_000, max: 86_400_000, default: 120_000 }),
  /** How long a Job may be without a running pod before it counts as waiting. */
  JOB_START_TIMEOUT: envDuration({ min: 1_000, max: day, default: 120_000 }),
  /** How old the finding about a JobSink's template may be, which the cluster around it may have outdated. */
  TEMPLATE_RECHECK_VALID: envDuration({ min: 1_000, max: 7 * day, default: day / 24 }),
  TEMPLATE_RECHECK_REFUSED: envDuration({ min: 1_000, max: day, default: 5_000 }),
  /** Whether this process serves the admission of JobSinks. */
  WEBHOOK_ENABLED: envBool({ default: false }),
  WEBHOOK_PORT: envInt({ min: 0, max: 65_535, default: 8443 }),
  /** Connections to it, and those of them from one address, such as that of an API server. */
  WEBHOOK_MAX_CONNECTIONS: envInt({ min: 4, max: 10_000, default: 512 }),
  WEBHOOK_MAX_CONNECTIONS_PER_PEER: envInt({ min: 1, max: 10_000, default: 256 }),
  /** For the TLS handshake, and for receiving a review. */
  WEBHOOK_RECEIVE_TIMEOUT: envDuration({ min: 100, max: 60_000, default: 5_000 }),
  /** The Service in front of it, whose name is in the certificate. */
  WEBHOOK_SERVICE: envString({ default: 'event-sinks-webhook' }),
  /** The ValidatingWebhookConfiguration that names the Service. */
  WEBHOOK_CONFIGURATION: envString({ default: 'event-sinks-webhook' }),
  WEBHOOK_CERTIFICATE_SECRET: envString({ default: 'event-sinks-webhook-tls' }),
  /** Somebody else keeps the Secret, cert-manager for example; it is only read. */
  WEBHOOK_CERTIFICATE_SUPPLIED: envBool({ default: false }),
  WEBHOOK_CERTIFICATE_LIFETIME: envDuration({ min: 1_000, max: 3650 * day, default: 90 * day }),
  WEBHOOK_CERTIFICATE_RENEW_BEFORE: envDuration({ min: 1_000, max: 3650 * day, default: 30 * day }),
  /** How long a new CA may take to be trusted by every API server. */
  WEBHOOK_CERTIFICATE_SETTLE: envDuration({ min: 100, max: day, default: 30_000 }),
  WEBHOOK_CERTIFICATE_POLL: envDuration({ min: 100, max: 600_000, default: 10_000 }),
  /** How long to go on serving after the pod was told to end, while the Service's endpoints catch up. */
  WEBHOOK_DRAIN_DELAY: envDuration({ min: 0, max: 15_000, default: 5_000 }),
});

/** Everything that can be set from outside, with its default; the chart's values end here. */
export const configSchema = inOrder(variables, [
  {
    smaller: 'LEASE_RENEW_DEADLINE',
    larger: 'LEASE_DURATION',
    strict: true,
    otherwise: 'a leader goes on after another one was elected',
  },
  {
    smaller: 'LEASE_RETRY_PERIOD',
    larger: 'LEASE_RENEW_DEADLINE',
    strict: true,
    otherwise: 'a leader gives up before it tries again',
  },
  {
    smaller: 'WEBHOOK_CERTIFICATE_RENEW_BEFORE',
    larger: 'WEBHOOK_CERTIFICATE_LIFETIME',
    strict: true,
    otherwise: 'each certificate is replaced at once',
  },
  {
    smaller: 'WEBHOOK_CERTIFICATE_SETTLE',
    larger: 'WEBHOOK_CERTIFICATE_RENEW_BEFORE',
    strict: true,
    otherwise: 'a certificate expires before the next one is trusted',
  },
]);

/** The configuration of one controller process. */
export type Config = z.infer<typeof configSchema>;
