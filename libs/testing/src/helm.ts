import { join } from 'node:path';
import { ensureGoTools, readSettings, textProgress } from '@event-sinks/platform';

/** Major versions of Helm that the chart is for. */
export type HelmMajor = 3 | 4;

/** Path of a Helm of this major version, built if need be. */
export async function testHelm(major: HelmMajor): Promise<string> {
  const progress = textProgress((line) => {
    console.warn(line);
  });
  const program = major === 3 ? 'helm3' : 'helm';
  const { cacheDir } = readSettings(process.env);
  return join(await ensureGoTools('helm', cacheDir, progress, [program]), program);
}
