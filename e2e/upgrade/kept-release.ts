import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { appNames, readSettings, type AppName, type Cluster } from '@event-sinks/platform';

/** What a release's images were made of, app by app, except for the base with Node, which is today's. */
export type KeptApps = Readonly<Record<AppName, { readonly containerfile: string; readonly main: string }>>;

/** A version that was released, as it lies in `e2e/releases`. */
export interface KeptRelease {
  /** Path of the packaged chart. */
  readonly chart: string;
  /** Names for pods. */
  readonly images: Readonly<Record<AppName, string>>;
}

/** Gives the cluster the apps of a release, and says where its chart is. */
export async function openKeptRelease(cluster: Cluster, version: string): Promise<KeptRelease> {
  const folder = join(readSettings(process.env).checkout, 'e2e', 'releases');
  const name = `event-sinks-${version}`;
  const packed = readFileSync(join(folder, `${name}-apps.json.br`));
  const apps = JSON.parse(brotliDecompressSync(packed).toString('utf8')) as KeptApps;
  return { chart: join(folder, `${name}.tgz`), images: await buildImages(cluster, apps) };
}

async function buildImages(cluster: Cluster, apps: KeptApps): Promise<Record<AppName, string>> {
  const base = await cluster.appBaseImage();
  const folder = mkdtempSync(join(tmpdir(), 'event-sinks-release-'));
  const images: Partial<Record<AppName, string>> = {};
  try {
    for (const app of appNames) {
      mkdirSync(join(folder, app));
      const main = join(folder, app, 'main.mjs');
      writeFileSync(main, apps[app].main);
      images[app] = await cluster.ensureImage({
        name: `event-sinks/${app}`,
        containerfile: apps[app].containerfile,
        files: { 'main.mjs': main },
        buildArgs: { BASE: base },
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return images as Record<AppName, string>;
}
