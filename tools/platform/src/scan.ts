import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoTools } from './local/go-tools.ts';
import { textProgress } from './progress.ts';
import { readSettings } from './settings.ts';
import { run } from './shell.ts';

/** Versions whose schemas every object of the chart has to fit: the oldest that it is for, the tested, the newest known. */
const kubernetesVersions = ['1.30', '1.35', '1.37'];

/** Package with these schemas, so that nothing is fetched while scanning. */
const validator = 'kubernetes-validate==1.37.0';

/** What kube-score asks for and the chart does not do; the security guide says the same to those who run it. */
const exceptions: Readonly<Record<string, string>> = {
  'container-image-pull-policy':
    'a released tag never changes, and image.digest is there for those who do not trust it',
  'container-ephemeral-storage-request-and-limit': 'the root is read-only and there is no volume to write to',
};

const progress = textProgress((line) => {
  console.log(line);
});
const { cacheDir, checkout } = readSettings(process.env);
const chart = join(checkout, 'charts', 'event-sinks');
const helm = join(await ensureGoTools('helm', cacheDir, progress, ['helm']), 'helm');
const kubeScore = join(await ensureGoTools('kube-score', cacheDir, progress), 'kube-score');
const schemas = await ensureValidator();

for (const [name, values] of [
  ['as installed by default', []],
  ['for production', ['--values', join(chart, 'ci', 'production-values.yaml')]],
] as const) {
  const rendered = await run(helm, ['template', 'event-sinks', chart, '--no-hooks', ...values]);
  for (const version of kubernetesVersions) {
    await progress.step(`Schemas of Kubernetes ${version}, ${name}`, () => validate(rendered, version));
  }
  // By default there is one pod of each and no NetworkPolicy, for a cluster of any size and with any network.
  if (values.length > 0) await progress.step(`kube-score, ${name}`, () => score(rendered));
}
progress.note('Not asked for: a CPU limit: an event would wait for its 202 while the container is throttled');
for (const [check, reason] of Object.entries(exceptions)) progress.note(`Not asked for: ${check}: ${reason}`);

async function ensureValidator(): Promise<string> {
  const folder = join(cacheDir, 'python', validator.replace('==', '-'));
  if (!existsSync(folder)) {
    await progress.step(`Installing ${validator}`, () =>
      run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, validator]),
    );
  }
  return folder;
}

async function validate(rendered: string, version: string): Promise<void> {
  await run('python3', ['-m', 'kubernetes_validate', '--strict', '--quiet', '-k', version, '-'], {
    input: rendered,
    env: { PYTHONPATH: schemas },
  });
}

async function score(rendered: string): Promise<void> {
  const ignored = Object.keys(exceptions).flatMap((check) => ['--ignore-test', check]);
  const strict = ['--exit-one-on-warning', '--ignore-container-cpu-limit', '--kubernetes-version', 'v1.35'];
  await run(kubeScore, ['score', ...strict, ...ignored, '--output-format', 'ci', '-'], { input: rendered });
}
