import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chooseDriver, giveTour, nextSteps, readSettings, run, type Cluster } from '@event-sinks/platform';
import { freePorts } from '@event-sinks/testing';
import { adapted, forwardedPorts, type Place } from './adapt.ts';
import { builtInManifestsOf, type Manifest } from './manifests.ts';
import { allPages, checkout, read, walkedPages } from './pages.ts';
import { indentedBlocksOf, shellBlocksOf, type ShellBlock } from './shell-blocks.ts';
import { walk } from './walk.ts';

/** What the pages leave behind, or what a walk that failed has. */
const namespaces = ['demo', 'samples', 'kafka-samples'];

/** Pages at a time: most of a page is waiting for pods. */
const atOnce = 3;

const settings = readSettings(process.env);
const silent = { step: <T>(_title: string, work: () => Promise<T>) => work(), note: () => undefined };
const lastLines = 'the last lines of npm start';
const pages = walkedPages().filter((page) => shellBlocksOf(read(page)).some(({ kind }) => kind === 'run'));

describe('the commands of the documentation, pasted block by block', () => {
  let cluster: Cluster;
  let results: ReadonlyMap<string, readonly string[]>;

  const removeNamespaces = async (...args: string[]): Promise<void> => {
    const command = ['delete', 'namespace', ...namespaces, '--ignore-not-found', ...args];
    await run(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...command], { timeoutMs: 120_000 });
  };

  beforeAll(async () => {
    cluster = await (await chooseDriver(settings, silent)).connect();
    await removeNamespaces();
    // What `npm start` does once the chart is installed; the pages go on from there.
    await giveTour(cluster, checkout, silent);
    const texts = new Map<string, ShellBlock[]>(pages.map((page) => [page, shellBlocksOf(read(page))]));
    texts.set(lastLines, indentedBlocksOf(nextSteps(settings, cluster)));
    results = await walkAll(texts);
  }, 400_000);
  afterAll(() => removeNamespaces('--wait=false'));

  const manifests = allPages().flatMap((page) =>
    builtInManifestsOf(read(page)).map((object) => ({ page, object })),
  );

  test('the pages show objects of Kubernetes, the recipes among them', () => {
    expect(manifests.map(({ object }) => object.kind)).toEqual(
      expect.arrayContaining([
        'Ingress',
        'LimitRange',
        'ResourceQuota',
        'ValidatingAdmissionPolicy',
        'Secret',
      ]),
    );
  });

  test.each(manifests)(
    'the API server accepts $object.kind $object.metadata.name of $page',
    async ({ object }) => {
      const apply = ['apply', '--dry-run=server', '--validate=strict', '-f', '-'];
      const input = JSON.stringify(inDefault(object));
      const said = await run(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...apply], { input });
      expect(said).toContain('(server dry run)');
    },
  );

  test.each([lastLines, ...pages])('%s', (page) => {
    expect(results.get(page)).toEqual([]);
  });
});

/** Walks the texts, those with the most blocks first, a few at a time. */
async function walkAll(texts: ReadonlyMap<string, readonly ShellBlock[]>): Promise<Map<string, string[]>> {
  const results = new Map<string, string[]>();
  const waiting = [...texts].sort(([, a], [, b]) => a.length - b.length);
  const walker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [page, blocks] = next;
      const place = await placeFor(page, blocks);
      const adapt = (commands: string): string => adapted(commands, place);
      results.set(page, await walk({ page, blocks, adapt }, checkout, environmentOf(blocks)));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, walker));
  return results;
}

/** A page about any cluster is for readers whose kubectl has one already; the others begin with where theirs is. */
function environmentOf(blocks: readonly ShellBlock[]): Readonly<Record<string, string | undefined>> {
  if (blocks.some(({ commands }) => commands.includes('export KUBECONFIG='))) return process.env;
  const { localDir } = settings;
  const path = `${localDir}/bin:${process.env['PATH'] ?? ''}`;
  return { ...process.env, KUBECONFIG: `${localDir}/kubeconfig`, PATH: path };
}

async function placeFor(page: string, blocks: readonly ShellBlock[]): Promise<Place> {
  const printed = forwardedPorts(blocks.map(({ commands }) => commands).join('\n'));
  const free = await freePorts(printed.length);
  const ports = new Map(printed.map((port, index) => [port, free[index] ?? 0]));
  // npm start prints the folder of its own cluster.
  return { localDir: page === lastLines ? '.local' : relative(checkout, settings.localDir), ports };
}

/** The object without its namespace, which need not exist here; kubectl then takes `default`. */
function inDefault({ metadata = {}, ...object }: Manifest): object {
  const others = Object.entries(metadata).filter(([name]) => name !== 'namespace');
  return { ...object, metadata: Object.fromEntries(others) };
}
