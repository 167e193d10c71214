import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { writeIfChanged } from '../files.ts';
import { systemNamespace } from '../install/system-namespace.ts';
import { waitUntil } from '../shell.ts';
import { keepInside, type KubernetesContext } from './kubernetes.ts';
import type { Layout } from './layout.ts';

/** Its name in the cluster, and that of its two processes. */
export const prometheusUser = 'prometheus';

/** Where Prometheus answers, for this machine and for pods. */
export const prometheusUrl = (layout: Layout): string =>
  `http://${layout.nodeAddress}:${layout.prometheusPort}`;

/** Folder of rule files; what lies there is read when Prometheus is told to reload. */
export const prometheusRules = (layout: Layout): string => layout.dir('prometheus', 'rules');

/** The one right that finding the pods takes. */
export function prometheusManifests(): object[] {
  const metadata = { name: 'event-sinks-prometheus' };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', ...metadata };
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata,
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef,
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: prometheusUser }],
    },
  ];
}

/**
 * Debian's Prometheus beside the node, with the chart's alerts; returns when it answers. Debian leaves out the part
 * that asks Kubernetes for pods, so a process of ours does that and writes them down.
 */
export async function startPrometheus(context: KubernetesContext, checkout: string): Promise<void> {
  const { layout, keeper } = context;
  mkdirSync(prometheusRules(layout), { recursive: true });
  writeIfChanged(configFile(layout), config(layout));
  copyRules(layout, checkout);
  await keepInside(context, {
    name: 'prometheus-targets',
    command: process.execPath,
    args: [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./scrape-targets.ts', import.meta.url)),
      ...[layout.dir('kubeconfig', prometheusUser), systemNamespace, targetsFile(layout)],
    ],
  });
  await keepInside(context, {
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${configFile(layout)}`,
      `--storage.tsdb.path=${layout.dir('prometheus', 'data')}`,
      '--storage.tsdb.retention.time=6h',
      `--web.listen-address=${layout.nodeAddress}:${layout.prometheusPort}`,
      '--web.enable-lifecycle',
      '--log.level=warn',
    ],
  });
  const answers = async (): Promise<boolean> => {
    keeper.assertRunning('prometheus');
    return (await fetch(`${prometheusUrl(layout)}/-/ready`)).ok;
  };
  await waitUntil('Prometheus', () => answers().catch(rethrowIfEnded(context)), { timeoutMs: 60_000 });
  // It may have been running already, with the rules of an earlier checkout.
  await fetch(`${prometheusUrl(layout)}/-/reload`, { method: 'POST' });
}

/** Nobody listens yet, unless the process has ended. */
const rethrowIfEnded =
  ({ keeper }: KubernetesContext) =>
  (): boolean => {
    keeper.assertRunning('prometheus');
    return false;
  };

const configFile = (layout: Layout): string => layout.dir('prometheus', 'prometheus.yaml');
const targetsFile = (layout: Layout): string => layout.dir('prometheus', 'targets.json');

/** Read often, so that a graph moves while one looks at it; on one machine with three pods that costs little. */
const interval = '2s';

function config(layout: Layout): string {
  return stringify({
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [join(prometheusRules(layout), '*.yaml')],
    scrape_configs: [{ job_name: 'event-sinks', file_sd_configs: [{ files: [targetsFile(layout)] }] }],
  });
}

/** The chart's alerts; each leads to its runbook in this checkout. */
function copyRules(layout: Layout, checkout: string): void {
  const source = join(checkout, 'charts', 'event-sinks', 'files', 'alerts');
  const runbooks = join(checkout, 'docs', 'runbooks');
  for (const file of readdirSync(source)) {
    const rules = readFileSync(join(source, file), 'utf8').replaceAll('RUNBOOKS_URL', runbooks);
    writeIfChanged(join(prometheusRules(layout), file), rules);
  }
}
