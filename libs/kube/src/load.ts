import { KubeConfig } from '@kubernetes/client-node';
import { observedTransport, type ApiCall } from './api-call.ts';
import { createKubeClient, type KubeClient } from './client.ts';
import { createCredentials } from './credentials.ts';
import { memoisedDispatcher } from './dispatcher.ts';
import { createTransport } from './transport.ts';

/** What {@link loadKubeClient} takes. */
export interface KubeClientOptions {
  /** Path of a kubeconfig file; the pod's service account when left out. */
  readonly kubeconfig?: string | undefined;
  /** Connections to the API server at most; 64 by default. Every watch holds one. */
  readonly connections?: number | undefined;
  /** Shown in the API server's audit log. */
  readonly userAgent: string;
  /** Milliseconds; 10,000 by default. */
  readonly requestTimeoutMs?: number | undefined;
  /** Told of each call once it is answered or given up; must not throw. */
  readonly onCall?: ((call: ApiCall) => void) | undefined;
}

/** Connects to nothing yet; throws when the configuration cannot be read. */
export function loadKubeClient(options: KubeClientOptions): KubeClient {
  const requestTimeoutMs = options.requestTimeoutMs ?? 10_000;
  const dispatcher = memoisedDispatcher({
    connections: options.connections ?? 64,
    connectTimeoutMs: requestTimeoutMs,
  });
  const monotonic = (): number => performance.now();
  const credentials = createCredentials({
    load: () => readConfig(options.kubeconfig),
    dispatcher,
    monotonic,
  });
  const transport = createTransport({ credentials, userAgent: options.userAgent, requestTimeoutMs });
  const { onCall } = options;
  return createKubeClient(onCall === undefined ? transport : observedTransport(transport, onCall, monotonic));
}

function readConfig(kubeconfig: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (kubeconfig === undefined) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  return config;
}
