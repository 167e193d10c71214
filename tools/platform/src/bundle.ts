import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appNames, bundleApp, type AppName } from './images/apps.ts';
import { readSettings } from './settings.ts';
import { run } from './shell.ts';

/**
 * What goes into each image, into `apps/<app>/dist`: the bundle, and beside it a CycloneDX list of the packages that
 * the app and its workspaces depend on, of which the bundle holds a part.
 */
async function bundle(checkout: string, app: AppName): Promise<string> {
  await bundleApp(checkout, app);
  const dist = join(checkout, 'apps', app, 'dist');
  const sbom = await run(
    'npm',
    ['sbom', '--workspace', `@event-sinks/${app}`, '--omit', 'dev', '--sbom-format', 'cyclonedx'],
    { cwd: checkout },
  );
  writeFileSync(join(dist, 'sbom.cdx.json'), sbom);
  const digest = createHash('sha256')
    .update(readFileSync(join(dist, 'main.mjs')))
    .digest('hex');
  return `${digest}  apps/${app}/dist/main.mjs`;
}

const { checkout } = readSettings(process.env);
for (const app of appNames) console.log(await bundle(checkout, app));
