import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readSettings, run, systemNamespace } from '@event-sinks/platform';
import type { TestCluster } from './test-cluster.ts';

/** The release that all end-to-end tests share, while its data planes send spans. */
export interface TracedRelease {
  /** Puts the release back as it was. */
  close(): Promise<void>;
}

const { checkout } = readSettings(process.env);
const printedEndpoint = 'http://collector.observability:4318';
const inSystem = ['-n', systemNamespace];
const waiting = ['--wait', '--timeout', '3m'];

/**
 * Lets the data planes send spans, by the command in the guide, run in a shell as printed but for the endpoint; resolves
 * when the pods without tracing have ended, so that none of them takes an event any more.
 */
export async function traceRelease(target: TestCluster, endpoint: string): Promise<TracedRelease> {
  const { helm, kubeconfig } = target.cluster;
  const where = ['event-sinks', '--namespace', systemNamespace, '--kubeconfig', kubeconfig];
  const { version } = JSON.parse(await run(helm, ['status', ...where, '-o', 'json'])) as { version: number };
  const untraced = await dataPlanePods(target);
  const close = async (): Promise<void> => {
    await run(helm, ['rollback', ...where.toSpliced(1, 0, String(version)), ...waiting]);
  };
  try {
    const command = `PATH="$0:$PATH"\n${guideCommand(endpoint)} ${waiting.join(' ')}`;
    const env = { KUBECONFIG: kubeconfig };
    await run('bash', ['-ec', command, dirname(helm)], { cwd: checkout, env });
    await target.kubectl([...inSystem, 'wait', '--for=delete', '--timeout=60s', ...untraced]);
    return { close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function dataPlanePods(target: TestCluster): Promise<string[]> {
  const selector = 'app.kubernetes.io/name in (job-sink,kafka-sink)';
  const names = await target.kubectl([...inSystem, 'get', 'pods', '-l', selector, '-o', 'name']);
  return names.trim().split('\n');
}

function guideCommand(endpoint: string): string {
  const guide = readFileSync(join(checkout, 'docs', 'guides', 'monitoring.md'), 'utf8');
  const commands = [...guide.matchAll(/```sh[^\n]*\n([^]*?)\n```/g)].map(([, command = '']) => command);
  const command = commands.find((each) => each.includes(printedEndpoint));
  if (command === undefined) throw new Error(`monitoring.md has no command with ${printedEndpoint}`);
  return command.replaceAll(printedEndpoint, endpoint);
}
