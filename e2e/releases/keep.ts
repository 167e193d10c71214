import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { appNames, bundleApps, ensureGoTools, readSettings, run, textProgress } from '@event-sinks/platform';
import { parse } from 'yaml';
import type { KeptApps } from '../upgrade/kept-release.ts';

/*
 * Keeps this checkout as a release: packs the chart and the apps of its version into this folder. Run it once, on the
 * commit that is released: node e2e/releases/keep.ts
 */

/** What goes into the apps' images, except for the base. */
function keptApps(checkout: string): KeptApps {
  const entries = appNames.map((app) => {
    const folder = join(checkout, 'apps', app);
    const containerfile = readFileSync(join(folder, 'Containerfile'), 'utf8');
    return [app, { containerfile, main: readFileSync(join(folder, 'dist', 'main.mjs'), 'utf8') }];
  });
  return Object.fromEntries(entries) as KeptApps;
}

/** The apps have most of their text in common, and the window is wide enough to see it. */
function pack(apps: KeptApps): Buffer {
  const text = Buffer.from(JSON.stringify(apps));
  const { BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT, BROTLI_MAX_WINDOW_BITS } = constants;
  return brotliCompressSync(text, {
    params: { [BROTLI_PARAM_LGWIN]: BROTLI_MAX_WINDOW_BITS, [BROTLI_PARAM_SIZE_HINT]: text.length },
  });
}

const { checkout, cacheDir } = readSettings(process.env);
const chart = join(checkout, 'charts', 'event-sinks');
const { version } = parse(readFileSync(join(chart, 'Chart.yaml'), 'utf8')) as { version: string };
const folder = dirname(fileURLToPath(import.meta.url));
const files = [`event-sinks-${version}.tgz`, `event-sinks-${version}-apps.json.br`].map((name) =>
  join(folder, name),
);
const [chartFile = '', appsFile = ''] = files;
if (files.some((file) => existsSync(file)))
  throw new Error(`${version} is kept already, and what was released is never changed`);

const progress = textProgress((line) => {
  console.log(line);
});
const helm = join(await ensureGoTools('helm', cacheDir, progress, ['helm']), 'helm');
await run(helm, ['package', chart, '--destination', folder]);
await bundleApps(checkout);
writeFileSync(appsFile, pack(keptApps(checkout)));
console.log([chartFile, appsFile].join('\n'));
