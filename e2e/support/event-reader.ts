import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoTools, readSettings, type Cluster } from '@event-sinks/platform';

/**
 * Builds the sample program in Go and gives the cluster its image, which a local cluster also finds under the name
 * in `go-reader.yaml`.
 * @returns the name for a pod, whose tag changes with the program.
 */
export async function ensureEventReader(cluster: Cluster): Promise<string> {
  const { cacheDir, checkout } = readSettings(process.env);
  const silent = { step: <T>(_title: string, work: () => Promise<T>) => work(), note: () => undefined };
  const binaries = await ensureGoTools('event-reader', cacheDir, silent);
  const source = join(checkout, 'tools', 'platform', 'go', 'event-reader');
  const image = {
    name: 'event-sinks/event-reader',
    containerfile: readFileSync(join(source, 'Containerfile'), 'utf8'),
    files: { 'event-reader': join(binaries, 'event-reader') },
  };
  await cluster.ensureImage({ ...image, tag: '1' });
  return await cluster.ensureImage(image);
}
