// Installs and builds everything that tests start, before any of them runs: `npm test` begins with it.
import { chooseDriver } from './choose-driver.ts';
import { ensureKafka } from './kafka/index.ts';
import { ensurePackages } from './local/debian-packages.ts';
import { ensureGoTools, goToolGroups } from './local/go-tools.ts';
import { assertPrerequisites, localPrerequisites } from './local/prerequisites.ts';
import { textProgress } from './progress.ts';
import { readSettings } from './settings.ts';

const settings = readSettings(process.env);
const progress = textProgress((line) => {
  console.log(line);
});

try {
  if ((await chooseDriver(settings, progress)).name === 'local') {
    await assertPrerequisites(localPrerequisites());
    await ensurePackages(progress);
  }
  // One after the other: each build takes every core.
  for (const group of goToolGroups) await ensureGoTools(group, settings.cacheDir, progress);
  await ensureKafka({
    cacheDir: settings.cacheDir,
    log: (line) => {
      progress.note(line);
    },
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
