import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from '../driver.ts';
import { appImage, appNames, bundleApp, type AppName } from '../images/apps.ts';
import type { Progress } from '../progress.ts';
import { run, tryRun } from '../shell.ts';
import { systemNamespace } from './system-namespace.ts';

const releaseName = 'event-sinks';

/** Bundles the three apps; worth starting early, since it needs no cluster. */
export async function bundleApps(checkout: string): Promise<void> {
  await Promise.all(appNames.map((app) => bundleApp(checkout, app)));
}

/** Builds the images of the three apps once they are bundled; returns the name of each. */
export async function buildApps(
  cluster: Cluster,
  { checkout, bundled, progress }: { checkout: string; bundled: Promise<void>; progress: Progress },
): Promise<Record<AppName, string>> {
  return await progress.step('Images of controller, job-sink and kafka-sink', async () => {
    await bundled;
    const base = await cluster.appBaseImage();
    const images: Partial<Record<AppName, string>> = {};
    for (const app of appNames) images[app] = await cluster.ensureImage(appImage(checkout, app, base));
    return images as Record<AppName, string>;
  });
}

/** Installs the chart with these images, or upgrades it where anything differs from what is installed. */
export async function installChart(
  cluster: Cluster,
  { checkout, images, progress }: { checkout: string; images: Record<AppName, string>; progress: Progress },
): Promise<void> {
  const chart = join(checkout, 'charts', 'event-sinks');
  const values = imageValues(images);
  const digest = createHash('sha256')
    .update(treeDigest(chart))
    .update(values.join('\n'))
    .digest('hex')
    .slice(0, 16);
  const description = `content ${digest}`;
  await progress.step('Chart event-sinks by Helm', async () => {
    if ((await installedDescription(cluster)) === description) {
      progress.note('Installed already, with this content.');
      return;
    }
    await helm(cluster, [
      ...['upgrade', '--install', releaseName, chart, '--create-namespace', '--wait', '--timeout', '3m'],
      ...['--description', description, ...values],
    ]);
  });
}

async function helm(cluster: Cluster, args: readonly string[]): Promise<string> {
  return await run(cluster.helm, [...args, ...helmTarget(cluster)]);
}

const helmTarget = (cluster: Cluster): string[] => [
  '--namespace',
  systemNamespace,
  '--kubeconfig',
  cluster.kubeconfig,
];

/** The last release's description if it went well; what failed half-way is installed again. */
async function installedDescription(cluster: Cluster): Promise<string | undefined> {
  const { code, stdout } = await tryRun(cluster.helm, [
    'status',
    releaseName,
    '-o',
    'json',
    ...helmTarget(cluster),
  ]);
  if (code !== 0) return undefined;
  const { info } = JSON.parse(stdout) as { info: { status: string; description: string } };
  return info.status === 'deployed' ? info.description : undefined;
}

/** Helm's arguments by which the chart takes these images, each named `registry/controller:tag` and so on. */
export function imageValues(images: Record<AppName, string>): string[] {
  const parts = (image: string): { registry: string; tag: string } => {
    const [, registry = '', tag = ''] = /^(.*)\/[^/:]+:([^:]+)$/.exec(image) ?? [];
    return { registry, tag };
  };
  const settings = {
    'image.registry': parts(images.controller).registry,
    'controller.image.tag': parts(images.controller).tag,
    'jobSink.image.tag': parts(images['job-sink']).tag,
    'kafkaSink.image.tag': parts(images['kafka-sink']).tag,
  };
  return Object.entries(settings).flatMap(([key, value]) => ['--set-string', `${key}=${value}`]);
}

function treeDigest(path: string): string {
  if (!statSync(path).isDirectory()) return createHash('sha256').update(readFileSync(path)).digest('hex');
  const entries = readdirSync(path)
    .sort()
    .map((name) => `${name} ${treeDigest(join(path, name))}`);
  return createHash('sha256').update(entries.join('\n')).digest('hex');
}
