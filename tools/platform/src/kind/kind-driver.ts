import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Cluster, ClusterDriver } from '../driver.ts';
import { ensureGoTools } from '../local/go-tools.ts';
import { assertPrerequisites, kindPrerequisites } from '../local/prerequisites.ts';
import type { Progress } from '../progress.ts';
import type { Settings } from '../settings.ts';
import { run } from '../shell.ts';
import { containerEngine } from './engine.ts';
import { kindCluster, type KindContext } from './kind-cluster.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** A cluster in containers, by kind; always its own, under a name and a kubeconfig of its own. */
export function kindDriver(settings: Settings, progress: Progress): ClusterDriver {
  const context = (): Promise<KindContext> => kindContext(settings, progress);
  return {
    name: 'kind',
    async up() {
      const kind = await context();
      await progress.step(`kind cluster ${kind.name}`, () => ensureCluster(kind));
      await progress.step('Kafka', async () => {
        await kind.kubectl(['apply', '-f', here('kafka.yaml')]);
        await kind.kubectl(['-n', 'kafka', 'rollout', 'status', 'deployment/kafka', '--timeout=300s']);
      });
      return kindCluster(kind);
    },
    async connect(): Promise<Cluster> {
      const kind = await context();
      if (!existsSync(kind.kubeconfig)) throw new Error('There is no kind cluster; make one with: npm start');
      return kindCluster(kind);
    },
    async down() {
      const kind = await context();
      const args = ['delete', 'cluster', '--name', kind.name, '--kubeconfig', kind.kubeconfig];
      await progress.step(`Deleting the kind cluster ${kind.name}`, () => kind.kind(args));
    },
    async status() {
      const kind = await context();
      const answer = await kind.kubectl(['get', '--raw', '/readyz']).catch(() => 'not there');
      return [`kind cluster ${kind.name}: ${answer}`];
    },
  };
}

async function kindContext(settings: Settings, progress: Progress): Promise<KindContext> {
  const engine = await containerEngine();
  if (engine === undefined) throw new Error('Neither Docker nor Podman answers; start one of them.');
  await assertPrerequisites(kindPrerequisites);
  const { cacheDir, instance, localDir } = settings;
  const kind = join(await ensureGoTools('kind', cacheDir, progress), 'kind');
  const kubectl = join(await ensureGoTools('kubernetes', cacheDir, progress, ['kubectl']), 'kubectl');
  const helm = join(await ensureGoTools('helm', cacheDir, progress, ['helm']), 'helm');
  const kubeconfig = join(localDir, 'kind', 'kubeconfig');
  mkdirSync(dirname(kubeconfig), { recursive: true });
  return {
    name: instance === 0 ? 'event-sinks' : `event-sinks-${instance}`,
    engine,
    kubeconfig,
    workDir: dirname(kubeconfig),
    programs: { kubectl, helm },
    kind: (args) => run(kind, args, { env: { KIND_EXPERIMENTAL_PROVIDER: engine } }),
    kubectl: (args) => run(kubectl, ['--kubeconfig', kubeconfig, ...args]),
  };
}

async function ensureCluster({ kind, name, kubeconfig }: KindContext): Promise<void> {
  const target = ['--name', name, '--kubeconfig', kubeconfig];
  const exists = (await kind(['get', 'clusters'])).split('\n').includes(name);
  if (exists) await kind(['export', 'kubeconfig', ...target]);
  else await kind(['create', 'cluster', ...target, '--config', here('cluster.yaml'), '--wait', '120s']);
}
