import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually, recordingLogger } from '@event-sinks/testing';
import type { ServerResponse } from 'node:http';
import { fastClock } from '../test/fast-clock.ts';
import { kubeconfig, makeFolder, reply, startServer } from '../test/scripted-server.ts';
import {
  createManyInformers,
  loadKubeClient,
  type KubeObject,
  type ManyInformers,
  type Resource,
} from './index.ts';

const configMaps: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
/** The ten seconds for which a refusal is put up with are a hundred milliseconds. */
const fast = 100;

/** `late` refuses the first request alone. */
type State = 'open' | 'refused' | 'broken' | 'late';

let folder: ReturnType<typeof makeFolder>;
let open: (() => Promise<void>)[];

beforeEach(() => {
  folder = makeFolder();
  open = [];
});

afterEach(async () => {
  for (const close of open.reverse()) await close();
  folder.remove();
});

interface Run {
  readonly informer: ManyInformers<KubeObject>;
  readonly changes: string[];
  readonly logger: ReturnType<typeof recordingLogger>;
  /** How the server treats a namespace from now on; watches of it that run are broken off. */
  readonly set: (namespace: string, state: State) => void;
  /** Sends an event to the watch of a namespace. */
  readonly send: (namespace: string, name: string) => void;
  readonly paths: () => string[];
}

const objectIn = (namespace: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace, name, uid: `${namespace}-${name}`, resourceVersion: '7' },
});

function refuse(response: ServerResponse): void {
  reply(response, 403, { kind: 'Status', code: 403, reason: 'Forbidden' });
}

function listFirst(response: ServerResponse, namespace: string): void {
  const items = [objectIn(namespace === '' ? 'somewhere' : namespace, 'first')];
  const metadata = { resourceVersion: '7' };
  reply(response, 200, { apiVersion: 'v1', kind: 'ConfigMapList', metadata, items });
}

/** A server with one object, called `first`, in each namespace. */
async function run(
  namespaces: readonly string[],
  states: Readonly<Record<string, State>> = {},
  speed = fast,
): Promise<Run> {
  const current = new Map<string, State>(Object.entries(states));
  const watches = new Map<string, { write(text: string): unknown; destroy(): unknown }>();
  const server = await startServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    const namespace = /namespaces\/([^/]+)\//.exec(url.pathname)?.[1] ?? '';
    const state = current.get(namespace) ?? 'open';
    if (state === 'late') current.set(namespace, 'open');
    if (state === 'broken') request.socket.destroy();
    else if (state !== 'open') refuse(response);
    else if (!url.searchParams.has('watch')) listFirst(response, namespace);
    else {
      response.writeHead(200).flushHeaders();
      watches.set(namespace, response);
    }
  });
  open.push(() => server.close());
  const changes: string[] = [];
  const logger = recordingLogger();
  const informer = createManyInformers<KubeObject>({
    client: loadKubeClient({ kubeconfig: folder.file('config', kubeconfig(server.url)), userAgent: 'test' }),
    ...{ resource: configMaps, namespaces, logger, clock: fastClock(speed), random: () => 0.5 },
    onChange: ({ type, object: { metadata } }) => {
      changes.push(`${type} ${metadata.namespace ?? ''}/${metadata.name}`);
    },
  });
  open.push(() => informer.stop());
  informer.start();
  return {
    ...{ informer, changes, logger },
    set: (namespace, state) => {
      current.set(namespace, state);
      watches.get(namespace)?.destroy();
    },
    send: (namespace, name) => {
      const object = objectIn(namespace, name);
      watches.get(namespace)?.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
    },
    paths: () => server.requests.map((each) => each.replace(/\?.*$/, '')),
  };
}

const names = (objects: readonly KubeObject[]): string[] =>
  objects.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name}`);

describe('some namespaces', () => {
  test('are one cache, and nothing is asked about others', async () => {
    const { informer, changes, send, paths } = await run(['a', 'b']);
    await informer.synced;
    expect(names(informer.list())).toEqual(['a/first', 'b/first']);
    await eventually(() => {
      send('b', 'second');
      expect(changes).toContain('added b/second');
    });
    expect(names(informer.list())).toEqual(['a/first', 'b/first', 'b/second']);
    expect(informer.get('b', 'second')?.metadata.uid).toBe('b-second');
    expect(informer.get('a', 'second')).toBeUndefined();
    expect(informer.get('c', 'first')).toBeUndefined();
    expect(informer.get(undefined, 'first')).toBeUndefined();
    expect(new Set(paths())).toEqual(
      new Set(['a', 'b'].map((name) => `GET /api/v1/namespaces/${name}/configmaps`)),
    );
  });

  test('give the same list until something changes', async () => {
    const { informer, changes, send } = await run(['a', 'b']);
    await informer.synced;
    const before = informer.list();
    expect(informer.list()).toBe(before);
    await eventually(() => {
      send('a', 'second');
      expect(changes).toContain('added a/second');
    });
    expect(informer.list()).not.toBe(before);
  });

  test('have synced when each has', async () => {
    const { informer, set } = await run(['a', 'b'], { b: 'broken' });
    await eventually(() => {
      expect(names(informer.list())).toEqual(['a/first']);
    });
    // Longer than a refusal is put up with.
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(informer.hasSynced()).toBe(false);
    expect(informer.warnings()).toEqual([]);
    set('b', 'open');
    await informer.synced;
    expect(informer.hasSynced()).toBe(true);
  });

  test('are as old as the one that has been silent for longest', async () => {
    const { informer } = await run(['a', 'b'], { b: 'broken' });
    await eventually(() => {
      expect(names(informer.list())).toEqual(['a/first']);
      expect(informer.secondsSinceLastSign()).toBeGreaterThan(10);
    });
  });

  test('that are stopped before they were listed: synced tells', async () => {
    const { informer } = await run(['a', 'b'], { b: 'broken' });
    await informer.stop();
    await expect(informer.synced).rejects.toThrow('before its first list');
  });
});

describe('a namespace that may not be read', () => {
  test('holds up the others for a moment only, and is told of once, with what mends it', async () => {
    const { informer, logger } = await run(['a', 'b'], { b: 'refused' });
    await eventually(() => {
      expect(names(informer.list())).toEqual(['a/first']);
    });
    expect(informer.hasSynced()).toBe(false);
    await informer.synced;
    expect(informer.hasSynced()).toBe(true);
    expect(informer.warnings()).toEqual([
      expect.stringMatching(
        /^No right to read configmaps in the namespace b: .*helm upgrade.*watchNamespaces\.$/,
      ),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const told = logger.lines.filter(({ level }) => level !== 'debug');
    expect(told).toEqual([
      expect.objectContaining({
        ...{ level: 'warn', message: 'A watched namespace may not be read' },
        fields: expect.objectContaining({ resource: 'configmaps', namespace: 'b' }) as unknown,
      }),
    ]);
  });

  test('is read once it may be', async () => {
    const { informer, changes, logger, set } = await run(['a', 'b'], { b: 'refused' });
    await informer.synced;
    set('b', 'open');
    await eventually(() => {
      expect(changes).toEqual(['added a/first', 'added b/first']);
    });
    expect(informer.warnings()).toEqual([]);
    expect(logger.lines.map(({ message }) => message)).toContain('A watched namespace may be read now');
  });

  test('for the moment that a right takes to arrive is waited for', async () => {
    const { informer, logger } = await run(['a', 'b'], { b: 'late' }, 20);
    await informer.synced;
    expect(logger.lines.map(({ message }) => message)).toContain('A watched namespace may not be read');
    expect(names(informer.list())).toEqual(['a/first', 'b/first']);
  });

  test('any more keeps what was known of it, and is warned of', async () => {
    const { informer, set } = await run(['a', 'b']);
    await informer.synced;
    set('b', 'refused');
    await eventually(() => {
      expect(informer.warnings()).toHaveLength(1);
    });
    expect(informer.hasSynced()).toBe(true);
    expect(names(informer.list())).toEqual(['a/first', 'b/first']);
  });
});

test('no namespace at all means all of them, in one watch', async () => {
  const { informer, paths } = await run([]);
  await informer.synced;
  expect(names(informer.list())).toEqual(['somewhere/first']);
  expect(informer.get('somewhere', 'first')?.metadata.name).toBe('first');
  expect(new Set(paths())).toEqual(new Set(['GET /api/v1/configmaps']));
  expect(informer.warnings()).toEqual([]);
});

test('a refusal in the whole cluster is no such case: it is waited for as ever', async () => {
  const { informer, set } = await run([], { '': 'refused' });
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(informer.hasSynced()).toBe(false);
  set('', 'open');
  await informer.synced;
});
