import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { ImageSpec } from './build.ts';

/** The apps that the chart deploys; each is one image and one file of code. */
export const appNames = ['controller', 'job-sink', 'kafka-sink'] as const;

/** Name of an app and of its image. */
export type AppName = (typeof appNames)[number];

/**
 * Bundles an app with everything it imports into one file. Dependencies that are CommonJS ask for `require`, which
 * an ES module does not have by itself.
 * @param outfile where to write it; in the folder that the app's Containerfile is built from unless given.
 */
export async function bundleApp(
  checkout: string,
  app: AppName,
  outfile = join('apps', app, 'dist', 'main.mjs'),
): Promise<void> {
  await build({
    absWorkingDir: checkout,
    entryPoints: [join('apps', app, 'src', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // No source map: names stay readable in the bundle, and Node would hold a parsed map of 60 MB in memory.
    sourcemap: false,
    minifySyntax: true,
    legalComments: 'none',
    // An image holds one file: this variant of the package carries its WebAssembly in itself, not in a file beside it.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' },
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as $createRequire } from 'node:module';\nconst require = $createRequire(import.meta.url);",
    },
  });
}

/** What an app's image is made of; the app must have been bundled. */
export function appImage(checkout: string, app: AppName, base: string): ImageSpec {
  const dist = join(checkout, 'apps', app, 'dist');
  return {
    name: `event-sinks/${app}`,
    containerfile: readFileSync(join(checkout, 'apps', app, 'Containerfile'), 'utf8'),
    files: { 'main.mjs': join(dist, 'main.mjs') },
    buildArgs: { BASE: base },
  };
}
