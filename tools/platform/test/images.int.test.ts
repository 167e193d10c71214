import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appImage, appNames, bundleApp, type AppName } from '../src/images/apps.ts';
import { createBuildah } from '../src/local/buildah.ts';
import { ensurePackages } from '../src/local/debian-packages.ts';
import { nodeBaseImage } from '../src/local/stand-ins.ts';
import { textProgress } from '../src/progress.ts';
import { readSettings } from '../src/settings.ts';

const { checkout } = readSettings({});

/** Builds with nothing that was there before, in a folder of its own. */
interface CleanBuild {
  /** The digest under which a registry would have each image. */
  readonly digests: Readonly<Record<AppName | 'base', string>>;
  /** Builds one app again, from another bundle. */
  digestOf(app: AppName, bundle: string): Promise<string>;
  bundleOf(app: AppName): string;
}

async function cleanBuild(folder: string): Promise<CleanBuild> {
  const buildah = createBuildah({ storage: join(folder, 'storage'), temporary: join(folder, 'temporary') });
  const registry = join(folder, 'registry');
  mkdirSync(registry, { recursive: true });
  const push = (image: string): Promise<string> =>
    buildah.push(image, `oci:${registry}:${image.replaceAll(/[/:]/g, '-')}`);
  const base = await buildah.build(await nodeBaseImage(checkout));
  const bundleOf = (app: AppName): string => join(folder, app, 'main.mjs');
  const digestOf = async (app: AppName, bundle: string): Promise<string> =>
    await push(await buildah.build({ ...appImage(checkout, app, base), files: { 'main.mjs': bundle } }));
  const digests: Partial<Record<AppName | 'base', string>> = { base: await push(base) };
  for (const app of appNames) {
    await bundleApp(checkout, app, bundleOf(app));
    digests[app] = await digestOf(app, bundleOf(app));
  }
  return { digests: digests as CleanBuild['digests'], digestOf, bundleOf };
}

describe('the images that are built on one machine', () => {
  let folder: string;
  let first: CleanBuild;
  beforeAll(async () => {
    // buildah is one of them.
    await ensurePackages(
      textProgress((line) => {
        console.warn(line);
      }),
    );
    folder = mkdtempSync(join(tmpdir(), 'event-sinks-images-'));
    first = await cleanBuild(join(folder, 'first'));
  }, 300_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('have the same digests when they are built again from clean folders', async () => {
    for (const digest of Object.values(first.digests)) expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(new Set(Object.values(first.digests)).size).toBe(4);
    const second = await cleanBuild(join(folder, 'second'));
    expect(second.digests).toEqual(first.digests);
  }, 120_000);

  test('have another digest when one byte is another', async () => {
    const bundle = first.bundleOf('job-sink');
    appendFileSync(bundle, '\n');
    expect(await first.digestOf('job-sink', bundle)).not.toBe(first.digests['job-sink']);
  });
});
