import { chooseDriver } from './choose-driver.ts';
import { buildApps, bundleApps, installChart } from './install/release.ts';
import { removeCheckoutFiles, writeCheckoutFiles } from './install/checkout-files.ts';
import { textProgress, type Progress } from './progress.ts';
import { readSettings, type Settings } from './settings.ts';
import { nextSteps } from './tour/next-steps.ts';
import { giveTour } from './tour/tour.ts';

async function start(settings: Settings, progress: Progress): Promise<void> {
  const driver = await chooseDriver(settings, progress);
  progress.note(`Driver: ${driver.name}`);
  const bundled = bundleApps(settings.checkout);
  // Looked at when the images are built; until then its failure is nobody's.
  bundled.catch(() => undefined);
  const cluster = await driver.up();
  writeCheckoutFiles(settings.localDir, cluster, driver.name);
  const images = await buildApps(cluster, { checkout: settings.checkout, bundled, progress });
  await installChart(cluster, { checkout: settings.checkout, images, progress });
  await giveTour(cluster, settings.checkout, progress);
  progress.note(`\nBoth events arrived.\n\n${nextSteps(settings, cluster)}`);
}

async function stop(settings: Settings, progress: Progress): Promise<void> {
  const driver = await chooseDriver(settings, progress);
  await driver.down();
  removeCheckoutFiles(settings.localDir);
  progress.note('Nothing of the cluster is left. Built programs and images stay cached for the next start.');
}

async function status(settings: Settings, progress: Progress): Promise<void> {
  const driver = await chooseDriver(settings, progress);
  progress.note([`Driver: ${driver.name}`, ...(await driver.status())].join('\n'));
}

const commands: Readonly<Record<string, (settings: Settings, progress: Progress) => Promise<void>>> = {
  start,
  stop,
  status,
};

const name = process.argv[2] ?? '';
const command = commands[name];
if (command === undefined) {
  console.error(`Unknown command "${name}"; use one of: ${Object.keys(commands).join(', ')}`);
  process.exitCode = 2;
} else {
  try {
    await command(
      readSettings(process.env),
      textProgress((line) => {
        console.log(line);
      }),
    );
  } catch (error) {
    console.error(`\n${explain(error)}`);
    process.exitCode = 1;
  }
}

/** The message and those of its causes; a person who runs a command is not helped by stacks. */
function explain(error: unknown): string {
  const lines: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) lines.push(current.message);
  return lines.length === 0 ? String(error) : lines.join('\n  because: ');
}
