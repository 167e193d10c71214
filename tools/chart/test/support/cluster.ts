import { startTestApiServer, type TestApiServer } from '@event-sinks/testing';
import { helm, settings, chartFolder, type Ended } from './chart.ts';
import type { HelmMajor } from '@event-sinks/testing';

/** The namespace that the tests install into. */
export const system = 'knative-eventing';

/** A real API server with nothing but a namespace that takes restricted pods only, and warns of others. */
export async function startChartServer(): Promise<TestApiServer> {
  const server = await startTestApiServer();
  await server.kubectl(['create', 'namespace', system]);
  const levels = ['enforce', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=restricted`);
  await server.kubectl(['label', 'namespace', system, ...levels]);
  return server;
}

type Values = Readonly<Record<string, string | number | boolean>>;

/** `helm upgrade --install` of the chart, which may be refused. Nothing runs on such a server, so nothing is waited for. */
export async function install(
  server: TestApiServer,
  values: Values = {},
  { major = 4, namespace = system }: { readonly major?: HelmMajor; readonly namespace?: string } = {},
): Promise<Ended> {
  return await helm(major, [
    ...['upgrade', '--install', 'event-sinks', chartFolder, '--namespace', namespace],
    ...['--kubeconfig', server.kubeconfig, ...settings(values)],
  ]);
}

/** `helm uninstall` without the hook, whose Job no node would run. */
export async function uninstall(
  server: TestApiServer,
  major: HelmMajor = 4,
  namespace = system,
): Promise<Ended> {
  return await helm(major, [
    ...['uninstall', 'event-sinks', '--namespace', namespace, '--kubeconfig', server.kubeconfig],
    '--no-hooks',
  ]);
}
