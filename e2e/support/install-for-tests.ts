import {
  buildApps,
  bundleApps,
  chooseDriver,
  installChart,
  readSettings,
  textProgress,
  writeCheckoutFiles,
} from '@event-sinks/platform';

/** Before all end-to-end tests: the cluster that `npm start` uses, with this checkout's apps and chart on it. */
export async function setup(): Promise<void> {
  const settings = readSettings(process.env);
  const progress = textProgress((line) => {
    console.log(line);
  });
  const driver = await chooseDriver(settings, progress);
  const bundled = bundleApps(settings.checkout);
  // Looked at when the images are built; until then its failure is nobody's.
  bundled.catch(() => undefined);
  const cluster = await driver.up();
  writeCheckoutFiles(settings.localDir, cluster, driver.name);
  const images = await buildApps(cluster, { checkout: settings.checkout, bundled, progress });
  await installChart(cluster, { checkout: settings.checkout, images, progress });
}
