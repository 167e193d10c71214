import type { TestCluster } from '../support/test-cluster.ts';
import type { AnyObject } from './helm-release.ts';

/** Kubernetes forgets its Events by itself, and tells with them how the rest went. */
const isEvents = (kind: string): boolean => kind === 'events' || kind.startsWith('events.');

/**
 * Everything in the cluster, of whatever kind, that bears the chart's label, has the name of one of these objects or is
 * Helm's own record of the release; as `kind/name`, sorted.
 */
export async function leftovers(target: TestCluster, installed: readonly AnyObject[]): Promise<string[]> {
  const kinds = (await target.kubectl(['api-resources', '--verbs=list', '-o', 'name']))
    .split('\n')
    .filter((kind) => kind !== '' && !isEvents(kind))
    .join(',');
  const everywhere = ['get', kinds, '-A', '-o', 'name', '--ignore-not-found'];
  const [labelled, all] = await Promise.all([
    target.kubectl([...everywhere, '-l', 'app.kubernetes.io/part-of=event-sinks']),
    target.kubectl(everywhere),
  ]);
  const names = new Set(installed.map(({ metadata }) => metadata.name));
  const isNamed = (line: string): boolean => {
    const name = line.slice(line.indexOf('/') + 1);
    return (
      names.has(name) ||
      /^(sh\.helm\.release\.v1\.)?event-sinks(\.|-kafka-sink-|-webhook|-uninstall|$)/.test(name)
    );
  };
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return [...new Set([...lines(labelled), ...lines(all).filter(isNamed)])].sort();
}
