import {
  buildApps,
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
  const cluster = await driver.up();
  writeCheckoutFiles(settings.localDir, cluster, driver.name);
  const images = await buildApps(cluster, settings.checkout, progress);
  await installChart(cluster, { checkout: settings.checkout, images, progress });
}
