import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { jobSinkResource } from '@event-sinks/crds';
import { services, type KubeObject, type Resource } from '@event-sinks/kube';
import { loadConfig, systemClock } from '@event-sinks/runtime';
import { eventually, freePorts, recordingLogger, type LoggedLine } from '@event-sinks/testing';
import { createApp } from '../src/app.ts';
import { configSchema } from '../src/config.ts';
import { jobSinkSpec, systemNamespace, type Cluster } from './cluster.ts';

/** One controller that serves the webhook. */
export interface WebhookReplica {
  readonly port: number;
  readonly lines: readonly LoggedLine[];
  /** Names of the readiness checks that fail. */
  failing(): Promise<string[]>;
  stop(): Promise<void>;
}

/** The ValidatingWebhookConfigurations of the API server. */
export const webhookConfigurations: Resource = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

const admissionFile = (name: string): string =>
  readFileSync(new URL(`../../../charts/event-sinks/files/admission/${name}.yaml`, import.meta.url), 'utf8');

/** Installs the chart's admission policies. They are in force a moment later. */
export async function installPolicies(cluster: Cluster): Promise<void> {
  const files = ['policy', 'policy-binding', 'kafka-sink-policy', 'kafka-sink-policy-binding'];
  await cluster.server.kubectl(['apply', '-f', '-'], files.map(admissionFile).join('---\n'));
}

/**
 * Registers the chart's webhook as Helm 4 does, by server-side apply. The Service leads to this machine instead of
 * to pods; the API server checks the certificate against the Service's name all the same.
 */
export async function installWebhook(
  cluster: Cluster,
  port: number,
  manifests = admissionFile('webhook'),
): Promise<void> {
  const name = 'event-sinks-webhook';
  const found = await cluster.client
    .get<KubeObject>(services, { namespace: systemNamespace, name })
    .catch(() => undefined);
  if (found === undefined) {
    await cluster.client.create<KubeObject>(services, {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { namespace: systemNamespace, name } },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    });
  }
  const documents = manifests.split(/^---$/m);
  const configuration = documents.find((text) => text.includes('kind: ValidatingWebhookConfiguration')) ?? '';
  const manifest = configuration.replace('port: 443', `port: ${port}`);
  await cluster.server.kubectl(['apply', '--server-side', '--field-manager=helm', '-f', '-'], manifest);
}

/** A port for {@link startReplica}, so that the webhook can be registered before anything serves it. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}

/** Starts the whole controller with its webhook on that port. */
export async function startReplica(
  cluster: Cluster,
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<WebhookReplica> {
  const logger = recordingLogger();
  const config = loadConfig(configSchema, {
    ...{ METRICS_PORT: '0', KUBECONFIG: cluster.server.kubeconfig, LEASE_RETRY_PERIOD: '200ms' },
    ...{ WEBHOOK_ENABLED: 'true', WEBHOOK_PORT: `${port}`, WEBHOOK_DRAIN_DELAY: '0s' },
    ...{ WEBHOOK_CERTIFICATE_POLL: '200ms', WEBHOOK_CERTIFICATE_SETTLE: '1s' },
    ...{ RECHECK_NOT_READY: '200ms', RECHECK_READY: '1s', KAFKA_TIMEOUT: '3s', ...env },
  });
  const identity = `replica-${port}`;
  const app = createApp({ config, logger, identity, clock: systemClock, random: Math.random });
  await app.start();
  const failing = async (): Promise<string[]> => {
    const response = await fetch(`http://127.0.0.1:${app.metricsPort()}/readyz`);
    return ((await response.json()) as { failing: string[] }).failing;
  };
  return { port: app.webhookPort(), lines: logger.lines, failing, stop: () => app.stop() };
}

/** Resolves when the replica is ready. */
export async function becomesReady(replica: WebhookReplica): Promise<void> {
  await eventually(async () => {
    const failing = await replica.failing();
    if (failing.length > 0) throw new Error(`not ready: ${failing.join()}`);
  });
}

/** The certificate that a server shows to a new connection, as its fingerprint. */
export function servedCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: 'localhost', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.end();
    });
    socket.once('error', reject);
  });
}

/** A JobSink with this template, as it is posted. */
export function jobSink(name: string, job: unknown = jobSinkSpec.job): KubeObject {
  const { apiVersion, kind } = jobSinkResource;
  return { apiVersion, kind, metadata: { namespace: 'shop', name }, spec: { job } };
}
