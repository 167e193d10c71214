import { fileURLToPath } from 'node:url';
import { ensureGoTools, readSettings, run, textProgress } from '@event-sinks/platform';
import { join } from 'node:path';

const chart = fileURLToPath(new URL('../../../charts/event-sinks', import.meta.url));

/**
 * Renders templates of the chart as `helm install event-sinks` in the namespace `knative-eventing` would.
 * @param templates file names in the chart's `templates` folder.
 * @param values `name=value` pairs as `helm --set` takes them.
 * @returns the manifests as one YAML text. @throws Error with Helm's own words.
 */
export async function renderChart(
  templates: readonly string[],
  values: readonly string[] = [],
): Promise<string> {
  const progress = textProgress((line) => {
    console.warn(line);
  });
  const binaries = await ensureGoTools('helm', readSettings(process.env).cacheDir, progress, ['helm']);
  return run(join(binaries, 'helm'), [
    ...['template', 'event-sinks', chart, '--namespace', 'knative-eventing'],
    ...templates.flatMap((name) => ['--show-only', `templates/${name}`]),
    ...values.flatMap((value) => ['--set', value]),
  ]);
}
