import type { KubeClient } from '@event-sinks/kube';
import type { Clock, Health, Logger, Registry } from '@event-sinks/runtime';
import type { Config } from '../config.ts';
import type { CertificateTimes } from '../domain/certificate/certificate-plan.ts';
import { createCaAnnouncer } from './ca-announcer.ts';
import { createCertificateKeeper } from './certificate-keeper.ts';
import { createCertificateSecret } from './certificate-secret.ts';
import { issueCertificate } from './issue-certificate.ts';
import type { TemplateTrial } from './template-trial.ts';
import { createWebhookMetrics } from './webhook-metrics.ts';
import { createWebhookServer } from './webhook-server.ts';

/** The admission of JobSinks: every replica serves it, and the leader looks after its certificate. */
export interface Webhook {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Known after the start. */
  port(): number;
}

/** What a {@link Webhook} works with. */
export interface WebhookOptions {
  readonly config: Config;
  readonly client: KubeClient;
  readonly trial: TemplateTrial;
  readonly isLeader: () => boolean;
  readonly health: Health;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Puts server and certificate together, and makes readiness wait for both. */
export function createWebhook(options: WebhookOptions): Webhook {
  const { config, client, trial, health, clock, logger } = options;
  const metrics = createWebhookMetrics(options.registry);
  const server = createWebhookServer({
    ...{ port: config.WEBHOOK_PORT, trial, clock, logger },
    reviewed: metrics.reviewed,
    limits: {
      maxConnections: config.WEBHOOK_MAX_CONNECTIONS,
      maxConnectionsPerPeer: config.WEBHOOK_MAX_CONNECTIONS_PER_PEER,
      receiveTimeoutMs: config.WEBHOOK_RECEIVE_TIMEOUT,
    },
    onLimit: metrics.limitReached,
  });
  const times = {
    lifetimeMs: config.WEBHOOK_CERTIFICATE_LIFETIME,
    renewBeforeMs: config.WEBHOOK_CERTIFICATE_RENEW_BEFORE,
    settleMs: config.WEBHOOK_CERTIFICATE_SETTLE,
  };
  assertInOrder(times);
  const host = `${config.WEBHOOK_SERVICE}.${config.SYSTEM_NAMESPACE}.svc`;
  const hosts = [host, `${host}.${config.CLUSTER_DOMAIN}`] as const;
  const keeper = createCertificateKeeper({
    secret: createCertificateSecret(client, {
      namespace: config.SYSTEM_NAMESPACE,
      name: config.WEBHOOK_CERTIFICATE_SECRET,
    }),
    announcer: createCaAnnouncer(client, config.WEBHOOK_CONFIGURATION),
    hosts: [...hosts],
    ...{ times, pollMs: config.WEBHOOK_CERTIFICATE_POLL, supplied: config.WEBHOOK_CERTIFICATE_SUPPLIED },
    issue: () => issueCertificate({ hosts, nowMs: clock.now(), lifetimeMs: times.lifetimeMs }),
    isLeader: options.isLeader,
    use: (pair) => {
      server.use(pair);
      metrics.serves(pair);
    },
    ...{ clock, logger },
  });
  health.addCheck('webhook-certificate-loaded', () => keeper.isLoaded());
  health.addCheck('webhook-certificate-trusted', () => keeper.wasAnnounced());
  let port = 0;
  return {
    async start() {
      ({ port } = await server.listen());
      keeper.start();
    },
    async stop() {
      await Promise.all([server.drain(config.WEBHOOK_DRAIN_DELAY), keeper.stop()]);
    },
    port: () => port,
  };
}

/** A certificate that is due for renewal when it is made would be renewed without end. */
function assertInOrder({ lifetimeMs, renewBeforeMs, settleMs }: CertificateTimes): void {
  if (settleMs < renewBeforeMs && renewBeforeMs < lifetimeMs) return;
  throw new RangeError(
    'WEBHOOK_CERTIFICATE_SETTLE must be less than WEBHOOK_CERTIFICATE_RENEW_BEFORE, and that less than WEBHOOK_CERTIFICATE_LIFETIME',
  );
}
